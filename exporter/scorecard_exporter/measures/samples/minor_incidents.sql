-- Incidents that do not count as downtime, from their beginning to their resolution.
select
  service as subject,
  began_at as starts_at,
  resolved_at as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_incidents
where is_outage = cast(0 as bigint)
