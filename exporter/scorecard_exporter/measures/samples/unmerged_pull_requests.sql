-- Pull requests that were closed without being merged, each when it was closed.
select
  service as subject,
  closed_at as occurred_at,
  cast(1 as bigint) as x,
  cast(1 as bigint) as w,
  key,
  origin,
  url
from service_pull_requests
where closed_at < cast(9223372036854775807 as bigint) and merged_at = cast(9223372036854775807 as bigint)
