-- Merged pull requests, each when it was merged: x is 1 where nobody had reviewed it.
select
  service as subject,
  merged_at as occurred_at,
  case when reviewed_at > merged_at then cast(1 as bigint) else cast(0 as bigint) end as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  cast(1 as bigint) - is_bot as is_person
from service_pull_requests
where merged_at < cast(9223372036854775807 as bigint)
