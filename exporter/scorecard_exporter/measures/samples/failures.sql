-- Failed deployments from the beginning of the failure to their recovery.
select
  service as subject,
  failed_at as starts_at,
  recovered_at as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_deployments
where status = 'success' and failed = 1
