-- Answers from 0 to 10 of surveys, each when its round closed: x is 1 for 9 and 10, -1 for 0 to 6, else 0.
select
  series_subject.subject as subject,
  survey_answers.closes_at as occurred_at,
  case when survey_answers.answer in ('9', '10') then cast(1 as bigint)
    when survey_answers.answer in ('7', '8') then cast(0 as bigint)
    else cast(-1 as bigint) end as x,
  cast(1 as bigint) as w,
  survey_answers.key as key,
  survey_answers.origin as origin,
  survey_answers.url as url,
  survey_answers.survey as survey,
  survey_answers.round as round,
  survey_answers.question as question,
  case when survey_answers.answer in ('9', '10') then cast(1 as bigint) else cast(0 as bigint) end as is_promoter,
  case when survey_answers.answer in ('7', '8', '9', '10') then cast(0 as bigint) else cast(1 as bigint) end
    as is_detractor
from survey_answers
join series_subject
  on series_subject.series = 'survey/' || survey_answers.survey
  and series_subject.origin = survey_answers.origin
  and series_subject.raw = survey_answers.subject
where survey_answers.answer in ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10')
