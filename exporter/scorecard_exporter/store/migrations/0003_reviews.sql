-- What people agreed on when they looked at a scorecard (`reviews` are those of code). Rows are only ever added.
CREATE TABLE scorecard_reviews (
    scorecard VARCHAR, team VARCHAR, period VARCHAR, starts_at BIGINT, ends_at BIGINT, recorded_at BIGINT,
    recorded_by VARCHAR, notes VARCHAR, decisions VARCHAR, document VARCHAR
);
