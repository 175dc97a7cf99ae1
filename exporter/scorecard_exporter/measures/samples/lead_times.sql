-- Shipped changes: x is the time from the first commit to the finish of the deployment, and its four stages.
select
  service as subject,
  shipped_at as occurred_at,
  shipped_at - first_authored_at as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  ready_at - first_authored_at as coding,
  reviewed_at - ready_at as pickup,
  merged_at - reviewed_at as review,
  shipped_at - merged_at as deploy,
  case when type = 'pull_request' then cast(1 as bigint) else cast(0 as bigint) end as is_pull_request,
  is_approximate,
  is_bot
from service_changes
where shipped_at >= first_authored_at
