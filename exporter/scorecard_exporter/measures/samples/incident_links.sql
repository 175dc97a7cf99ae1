-- Incidents, each when it began: x is 1 where a deployment is linked to it.
select
  service as subject,
  began_at as occurred_at,
  case when deployment = '' then cast(0 as bigint) else cast(1 as bigint) end as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_incidents
