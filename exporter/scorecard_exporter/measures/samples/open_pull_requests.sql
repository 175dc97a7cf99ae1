-- Pull requests from when they were ready until they were merged or closed; drafts are not ready.
select
  service as subject,
  ready_at as starts_at,
  closed_at as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  cast(1 as bigint) - is_bot as is_person
from service_pull_requests
where is_draft = cast(0 as bigint)
