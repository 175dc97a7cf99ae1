-- Shipped changes whose first commit claims to be younger than the deployment: clocks were rewritten.
select
  service as subject,
  shipped_at as occurred_at,
  shipped_at - first_authored_at as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_changes
where shipped_at < first_authored_at
