-- Bugs of services that say which were found in production, each when it was reported: x is 1 for those.
select
  service as subject,
  opened_at as occurred_at,
  is_escaped as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_bugs
where tells_escapes = cast(1 as bigint)
