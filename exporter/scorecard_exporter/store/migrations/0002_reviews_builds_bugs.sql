-- What the measures of flow, quality and customers are made of. Every service is linked anew, since facts have more columns.
ALTER TABLE pull_requests ADD COLUMN is_draft BIGINT DEFAULT 0;
ALTER TABLE service_incidents ADD COLUMN is_outage BIGINT DEFAULT 1;
CREATE TABLE service_pull_requests (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, ready_at BIGINT, reviewed_at BIGINT, merged_at BIGINT,
    closed_at BIGINT, pickup BIGINT, is_bot BIGINT, is_draft BIGINT
);
-- Which builds are a service's: those of these branches.
CREATE TABLE service_build_branches (service VARCHAR, origin VARCHAR, branch VARCHAR);
CREATE TABLE service_bugs (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, opened_at BIGINT, is_escaped BIGINT, tells_escapes BIGINT,
    is_customers BIGINT, tells_customers BIGINT
);
CREATE TABLE service_releases (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, released_at BIGINT, thing VARCHAR
);
UPDATE linked_services SET is_current = 0;
