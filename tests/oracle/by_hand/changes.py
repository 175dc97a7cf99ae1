"""The changes of a service: what belongs together, what shipped it, and what takes back what."""

from dataclasses import dataclass, field

from by_hand.history import Shipment, matches, micros, of


@dataclass(eq=False, kw_only=True)
class Work:
    """A change: a merged pull request, or a commit that belongs to none."""

    key: str
    commits: set  # shas that are this change
    head: str  # the commit that has to be deployed, "" where it is not known
    title: str
    authored: int
    ready: int
    reviewed: int
    merged: int
    names: tuple  # what its messages say that it reverts
    is_bot: bool
    is_hotfix: bool
    is_pull_request: bool
    looks_like_revert: bool
    is_revert: bool = False
    undoes: list = field(default_factory=list)  # the deployments of what it takes back
    shipped_by: Shipment | None = None
    is_history: bool = False
    is_waiting: bool = False
    is_approximate: bool = False


def all_changes(history):
    """Merged pull requests, and the commits (no merges) that belong to none."""
    requests = {request.key: request for request in of(history.records, "change", history.rule.changes)}
    owners = {sha: owner(history, requests, sha) for sha in history.known}
    found = [
        pull_request(history, request, {sha for sha, number in owners.items() if number == request.key})
        for request in requests.values()
    ]
    found += [
        single_commit(history.rule, history.commits[sha])
        for sha, number in owners.items()
        if number is None and len(history.commits[sha].parents) < 2
        if touches(history.rule, history.commits[sha].paths)
    ]
    return [change for change in found if change]


def owner(history, requests, sha):
    """The number of the pull request that a commit belongs to: of which it is the merge commit, else that it names,
    else that of the innermost merge by which it came in.
    Of several deployed branches or deployments with the commit, the one with the longest history tells.
    """
    merges = {each.merge_sha: each.key for each in requests.values() if each.merge_sha in history.known}
    if sha in merges:
        return merges[sha]
    if history.commits[sha].change in requests:
        return history.commits[sha].change
    merge = next(merges_of(history, sha), None)
    return owner(history, requests, merge) if merge else None


def merges_of(history, sha):
    """The merges by which a commit came in, the innermost first."""
    line = max((root for root in history.roots if sha in history.above[root]), key=history.age)
    merge = merged_by(history, line, sha)
    if merge:
        yield merge
        yield from merges_of(history, merge)


def merged_by(history, tip, sha, merge=None):
    """The merge by which a commit came to the line of `tip`; None, or what brought that line, if it is on it.

    Down the line of first parents, the oldest commit with it either is it or merged it.
    """
    line = []
    while tip in history.commits:
        line.append(tip)
        tip = next(iter(history.commits[tip].parents), None)
    oldest = [each for each in line if sha in history.above[each]][-1]
    if oldest == sha:
        return merge
    side = next(parent for parent in history.commits[oldest].parents[1:] if sha in history.above.get(parent, ()))
    return merged_by(history, side, sha, oldest)


def touches(rule, paths):
    return not rule.paths or any(matches(path, rule.paths) for path in paths)


def pull_request(history, request, members):
    rule, commits = history.rule, history.commits
    if not touches(rule, (*request.paths, *(path for sha in members for path in commits[sha].paths))):
        return None
    merged = micros(request.merged_at)
    ready, reviewed = review(history, request)
    authored = [micros(commits[sha].authored_at) for sha in members]
    texts = (request.title, request.branch, *request.labels)
    return Work(
        key=request.key,
        commits=members,
        title=request.title,
        head=request.merge_sha if request.merge_sha in commits else "",
        authored=micros(request.first_authored_at) if request.first_authored_at else min(authored, default=merged),
        ready=ready,
        reviewed=reviewed,
        merged=merged,
        names=(*request.reverts, *(name for sha in members for name in commits[sha].reverts)),
        is_bot=request.is_bot or matches(request.author, rule.bots),
        is_hotfix=any(matches(text, rule.hotfixes) for text in texts),
        is_pull_request=True,
        looks_like_revert=any(matches(text, rule.reverts) for text in (request.title, *request.labels)),
    )


def review(history, request):
    """When a pull request was ready, and when a person other than its author first reviewed it.

    Without a review before the merge that is the merge; where nothing says when it was ready, it is the review.
    """
    records, origin = history.records, history.rule.changes
    opened = next((each for each in of(records, "pull_request", origin) if each.key == request.key), None)
    author = opened.author if opened else request.author
    reviewed = [
        micros(each.submitted_at)
        for each in of(records, "review", origin)
        if each.pull_request == request.key
        and each.author != author
        and not each.is_bot
        and not matches(each.author, history.rule.bots)
    ]
    first = min([*reviewed, micros(request.merged_at)])
    return micros(opened.ready_at or opened.opened_at) if opened else first, first


def single_commit(rule, commit):
    committed = micros(commit.committed_at)
    return Work(
        key=commit.key,
        commits={commit.key},
        head=commit.key,
        title=commit.subject,
        authored=micros(commit.authored_at),
        ready=committed,
        reviewed=committed,
        merged=committed,
        names=commit.reverts,
        is_bot=commit.is_bot or matches(commit.author, rule.bots),
        is_hotfix=matches(commit.subject, rule.hotfixes),
        is_pull_request=False,
        looks_like_revert=matches(commit.subject, rule.reverts),
    )


def ship(history, change):
    """Find the deployment that shipped a change, or that it waits, or that it is from before all that is known."""
    if not history.successes or (change.head and change.head not in history.known):
        return
    found = history.first_with(change.head) if change.head else None
    if found is None:
        found = history.next_after(change.merged, blind=bool(change.head))
        change.is_approximate = found is not None
    change.is_waiting = found is None
    change.is_history = found is history.successes[0]
    if found and not change.is_history:
        change.shipped_by = found
        found.shipped.append(change)


def tell_reverts(history, changes):
    """By parity: a revert takes back what is none; what takes back only reverts lands it again.

    What names nothing that is known is a revert if it is titled so; what names nothing, if a pattern says so.
    """
    for change in sorted(changes, key=lambda each: each.merged):
        named = [target for name in change.names for target in targets(history, changes, name, change.merged)]
        undone = [deployment for is_revert, deployment in named if not is_revert]
        if named:
            change.is_revert = bool(undone)
        elif change.names:
            change.is_revert = change.title.lower().startswith("revert")
        else:
            change.is_revert = change.looks_like_revert
        change.undoes = [deployment for deployment in undone if deployment]


def targets(history, changes, name, before):
    """What a sha or number names, if it was merged before: whether it is a revert, and what shipped it."""
    repository, _, number = name.replace("!", "#").rpartition("#")
    is_ours = number != name and f":{repository}" in (":", f":{(history.rule.changes or '').partition(':')[2]}")
    found = [
        each for each in changes if name in each.commits or (is_ours and each.is_pull_request and each.key == number)
    ]
    if found:
        return [(each.is_revert, each.shipped_by) for each in found if each.merged < before]
    commit = history.commits.get(name)
    if name not in history.known or len(commit.parents) < 2 or micros(commit.committed_at) >= before:
        return []
    came_by = [each for each in changes if any(name in merges_of(history, sha) for sha in each.commits)]
    inside = [each for each in came_by if each.merged < before]
    shipped_by = history.first_with(name)
    is_shipped = shipped_by and shipped_by is not history.successes[0]
    return [(all(each.is_revert for each in inside), shipped_by if is_shipped else None)] if inside else []
