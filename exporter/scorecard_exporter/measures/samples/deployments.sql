-- Successful production deployments, each when it finished; with what became of it.
select
  service as subject,
  finished_at as occurred_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  failed as is_failed,
  case when failed = 1 and failed_by = 'incident' then cast(1 as bigint) else cast(0 as bigint) end as by_incident,
  case when failed = 1 and failed_by = 'rollback' then cast(1 as bigint) else cast(0 as bigint) end as by_rollback,
  case when failed = 1 and failed_by = 'revert' then cast(1 as bigint) else cast(0 as bigint) end as by_revert,
  case when failed = 1 and failed_by = 'hotfix' then cast(1 as bigint) else cast(0 as bigint) end as by_hotfix,
  is_rework,
  is_rollback
from service_deployments
where status = 'success'
