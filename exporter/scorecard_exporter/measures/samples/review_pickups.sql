-- Pull requests, each when it was first reviewed: x is how long it had waited for that since it was ready.
select
  service as subject,
  reviewed_at as occurred_at,
  pickup as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  cast(1 as bigint) - is_bot as is_person
from service_pull_requests
where reviewed_at < cast(9223372036854775807 as bigint)
