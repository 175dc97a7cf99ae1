-- Pull requests of people from when they were ready until their first review, or their end without any.
select
  service as subject,
  ready_at as starts_at,
  case when reviewed_at < closed_at then reviewed_at else closed_at end as ends_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  reviewed_at,
  closed_at
from service_pull_requests
where is_draft = cast(0 as bigint) and is_bot = cast(0 as bigint)
