-- Merged pull requests that were reviewed before, each when it was merged: x is the time since the first review.
select
  service as subject,
  merged_at as occurred_at,
  merged_at - reviewed_at as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url,
  cast(1 as bigint) - is_bot as is_person
from service_pull_requests
where merged_at < cast(9223372036854775807 as bigint) and reviewed_at <= merged_at
