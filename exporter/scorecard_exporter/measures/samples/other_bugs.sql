-- Bugs of services that say which were reported by customers, and which were not, each when it was reported.
select
  service as subject,
  opened_at as occurred_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_bugs
where is_customers = cast(0 as bigint) and tells_customers = cast(1 as bigint)
