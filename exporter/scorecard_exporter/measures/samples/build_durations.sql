-- The same builds: x is how long each took; what finished before it started is left out.
select
  service_build_branches.service as subject,
  builds.finished_at as occurred_at,
  builds.finished_at - builds.started_at as x,
  cast(1 as bigint) as w,
  builds.key as key,
  builds.origin as origin,
  builds.url as url
from builds
join service_build_branches
  on service_build_branches.origin = builds.origin
  and service_build_branches.branch = builds.branch
where builds.finished_at is not null and (builds.status = 'success' or builds.status = 'failure')
  and builds.finished_at >= builds.started_at
