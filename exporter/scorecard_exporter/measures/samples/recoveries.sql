-- Failed deployments that were recovered: x is the time from the finish of the deployment to its recovery.
select
  service as subject,
  recovered_at as occurred_at,
  recovered_at - finished_at as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_deployments
where status = 'success' and failed = 1 and recovered_at < cast(9223372036854775807 as bigint)
