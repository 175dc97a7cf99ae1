-- Resolved incidents, each when it was resolved: x is the time since it began.
select
  service as subject,
  resolved_at as occurred_at,
  resolved_at - began_at as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_incidents
where resolved_at < cast(9223372036854775807 as bigint)
