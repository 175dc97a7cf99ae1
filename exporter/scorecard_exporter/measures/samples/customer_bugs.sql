-- Bugs that customers reported, each when it was reported.
select
  service as subject,
  opened_at as occurred_at,
  is_customers as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_bugs
where is_customers = cast(1 as bigint)
