-- Releases of services that say which bugs customers reported; services that share one have it as the same thing.
select
  service as subject,
  released_at as occurred_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  thing as key,
  origin,
  url
from service_releases
