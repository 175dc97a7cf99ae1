-- Observations of a series by subject; one of a moment lasts a microsecond. It occurred in its last microsecond.
select
  series_subject.subject as subject,
  case when observations.starts_at = observations.ends_at then observations.ends_at
    else observations.ends_at - cast(1 as bigint) end as occurred_at,
  observations.starts_at as starts_at,
  case when observations.starts_at = observations.ends_at then observations.ends_at + cast(1 as bigint)
    else observations.ends_at end as ends_at,
  observations.value as x,
  cast(1 as bigint) as w,
  observations.key as key,
  observations.origin as origin,
  observations.url as url,
  observations.series as series,
  observations.subject as raw,
  observations.unit as unit
from observations
join series_subject
  on series_subject.series = observations.series
  and series_subject.origin = observations.origin
  and series_subject.raw = observations.subject
