-- Changes from their first commit to their deployment.
select
  service as subject,
  first_authored_at as starts_at,
  shipped_at as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_changes
