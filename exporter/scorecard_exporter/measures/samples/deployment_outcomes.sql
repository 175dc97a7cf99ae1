-- Production deployments that succeeded (x = 1) or failed (x = 0), each when it finished.
select
  service as subject,
  finished_at as occurred_at,
  case when status = 'success' then cast(1 as bigint) else cast(0 as bigint) end as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_deployments
