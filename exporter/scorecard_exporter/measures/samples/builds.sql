-- Builds of the branches that count, each when it finished: x is 1 where it succeeded, 0 where it failed.
select
  service_build_branches.service as subject,
  builds.finished_at as occurred_at,
  case when builds.status = 'success' then cast(1 as bigint) else cast(0 as bigint) end as x,
  cast(1 as bigint) as w,
  builds.key as key,
  builds.origin as origin,
  builds.url as url,
  case when builds.finished_at < builds.started_at then cast(1 as bigint) else cast(0 as bigint) end as is_negative
from builds
join service_build_branches
  on service_build_branches.origin = builds.origin
  and service_build_branches.branch = builds.branch
where builds.finished_at is not null and (builds.status = 'success' or builds.status = 'failure')
