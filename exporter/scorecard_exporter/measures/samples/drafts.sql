-- Pull requests that never left draft, from when they were opened until they were closed.
select
  service as subject,
  ready_at as starts_at,
  closed_at as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_pull_requests
where is_draft = cast(1 as bigint)
