-- A store as version 3 wrote it: its tables, and a row or two in each.

-- Records, one table a kind. Times are microseconds since the epoch, UTC; flags are 0 or 1.
CREATE TABLE deployments (
    origin VARCHAR, key VARCHAR, url VARCHAR, environment VARCHAR, sha VARCHAR, version VARCHAR, status VARCHAR,
    started_at BIGINT, finished_at BIGINT, replaces VARCHAR
);
CREATE TABLE commits (
    origin VARCHAR, key VARCHAR, url VARCHAR, parents VARCHAR, authored_at BIGINT, committed_at BIGINT, author VARCHAR,
    is_bot BIGINT, subject VARCHAR, reverts VARCHAR, change VARCHAR
);
CREATE TABLE branches (origin VARCHAR, key VARCHAR, url VARCHAR, sha VARCHAR);
CREATE TABLE changes (
    origin VARCHAR, key VARCHAR, url VARCHAR, merged_at BIGINT, first_authored_at BIGINT, merge_sha VARCHAR,
    head_sha VARCHAR, author VARCHAR, is_bot BIGINT, title VARCHAR, branch VARCHAR, reverts VARCHAR
);
CREATE TABLE pull_requests (
    origin VARCHAR, key VARCHAR, url VARCHAR, opened_at BIGINT, ready_at BIGINT, merged_at BIGINT, closed_at BIGINT,
    author VARCHAR, is_bot BIGINT, is_draft BIGINT DEFAULT 0
);
CREATE TABLE reviews (
    origin VARCHAR, key VARCHAR, url VARCHAR, pull_request VARCHAR, submitted_at BIGINT, author VARCHAR, is_bot BIGINT,
    state VARCHAR
);
CREATE TABLE incidents (
    origin VARCHAR, key VARCHAR, url VARCHAR, began_at BIGINT, severity VARCHAR, title VARCHAR, acknowledged_at BIGINT,
    resolved_at BIGINT, deployment VARCHAR, sha VARCHAR, version VARCHAR
);
CREATE TABLE builds (
    origin VARCHAR, key VARCHAR, url VARCHAR, branch VARCHAR, sha VARCHAR, status VARCHAR, started_at BIGINT,
    finished_at BIGINT
);
CREATE TABLE issues (
    origin VARCHAR, key VARCHAR, url VARCHAR, type VARCHAR, opened_at BIGINT, resolved_at BIGINT, fix_version VARCHAR
);
-- `value` is in millionths of the unit.
CREATE TABLE observations (
    origin VARCHAR, key VARCHAR, url VARCHAR, series VARCHAR, subject VARCHAR, starts_at BIGINT, ends_at BIGINT,
    value BIGINT, unit VARCHAR
);
CREATE TABLE survey_answers (
    origin VARCHAR, key VARCHAR, url VARCHAR, survey VARCHAR, round VARCHAR, question VARCHAR, subject VARCHAR,
    answer VARCHAR, closes_at BIGINT
);

-- What a record has several of, as rows of their own; `kind` is the record's.
CREATE TABLE labels (origin VARCHAR, kind VARCHAR, key VARCHAR, label VARCHAR);
CREATE TABLE paths (origin VARCHAR, kind VARCHAR, key VARCHAR, path VARCHAR);
CREATE TABLE transitions (
    origin VARCHAR, kind VARCHAR, key VARCHAR, position BIGINT, status VARCHAR, occurred_at BIGINT
);

-- How far reading has come.
CREATE TABLE coverage (origin VARCHAR, kind VARCHAR, from_at BIGINT, to_at BIGINT);
CREATE TABLE cursors (source VARCHAR, stream VARCHAR, cursor VARCHAR);

-- Facts, made from records by the rule of a service, and which services have theirs up to date.
CREATE TABLE service_deployments (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, environment VARCHAR, version VARCHAR, sha VARCHAR,
    status VARCHAR, started_at BIGINT, finished_at BIGINT, is_rollback BIGINT, is_repeat BIGINT, is_rework BIGINT,
    changes BIGINT, failed BIGINT, failed_by VARCHAR, failed_at BIGINT, recovered_at BIGINT
);
CREATE TABLE service_changes (
    service VARCHAR, origin VARCHAR, key VARCHAR, type VARCHAR, url VARCHAR, first_authored_at BIGINT, ready_at BIGINT,
    reviewed_at BIGINT, merged_at BIGINT, shipped_at BIGINT, deployment VARCHAR, is_approximate BIGINT, is_bot BIGINT,
    is_revert BIGINT, is_hotfix BIGINT
);
CREATE TABLE service_incidents (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, severity VARCHAR, began_at BIGINT, resolved_at BIGINT,
    deployment VARCHAR, is_explicit BIGINT, is_outage BIGINT DEFAULT 1
);
CREATE TABLE service_pull_requests (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, ready_at BIGINT, reviewed_at BIGINT, merged_at BIGINT,
    closed_at BIGINT, pickup BIGINT, is_bot BIGINT, is_draft BIGINT
);
CREATE TABLE service_build_branches (service VARCHAR, origin VARCHAR, branch VARCHAR);
CREATE TABLE service_bugs (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, opened_at BIGINT, is_escaped BIGINT, tells_escapes BIGINT,
    is_customers BIGINT, tells_customers BIGINT
);
CREATE TABLE service_releases (
    service VARCHAR, origin VARCHAR, key VARCHAR, url VARCHAR, released_at BIGINT, thing VARCHAR
);
CREATE TABLE linked_services (service VARCHAR, fingerprint VARCHAR, is_current BIGINT);
CREATE TABLE linked_origins (service VARCHAR, origin VARCHAR);

-- Dimensions, made from the configuration.
CREATE TABLE scope (team VARCHAR, subject VARCHAR);
CREATE TABLE calendar (zone VARCHAR, day BIGINT, starts_at BIGINT, ends_at BIGINT);
CREATE TABLE series_subject (series VARCHAR, origin VARCHAR, raw VARCHAR, subject VARCHAR);

CREATE TABLE status_changes (
    scorecard VARCHAR, team VARCHAR, measure VARCHAR, status VARCHAR, value DOUBLE, occurred_at BIGINT
);
CREATE TABLE meta (version BIGINT);

-- What people agreed on when they looked at a scorecard (`reviews` are those of code). Rows are only ever added.
CREATE TABLE scorecard_reviews (
    scorecard VARCHAR, team VARCHAR, period VARCHAR, starts_at BIGINT, ends_at BIGINT, recorded_at BIGINT,
    recorded_by VARCHAR, notes VARCHAR, decisions VARCHAR, document VARCHAR
);

INSERT INTO scorecard_reviews VALUES
    ('engineering', 'payments', '2026-Q3', 1782864000000000, 1790812800000000, 1791000000000000, 'cto@acme.example',
     'We met.', 'Automate the release tests', '{}');
INSERT INTO meta VALUES (3);
INSERT INTO deployments VALUES
    ('acme:api', 'v1', '', 'tag', 'c1', 'v1', 'success', NULL, 1772366400000000, ''),
    ('acme:api', 'v2', '', 'tag', 'c2', 'v2', 'success', NULL, 1772452800000000, '');
INSERT INTO commits VALUES
    ('acme:api', 'c1', '', '', 1772280000000000, 1772283600000000, 'ann@acme.example', 0, 'Begin', '', ''),
    ('acme:api', 'c2', '', 'c1', 1772370000000000, 1772373600000000, 'ann@acme.example', 0, 'Go on', '', '12');
INSERT INTO branches VALUES ('acme:api', 'main', '', 'c2');
INSERT INTO changes VALUES
    ('acme:api', '12', '', 1772373600000000, 1772370000000000, 'c2', 'c2', 'ann', 0, 'Go on', 'go-on', '');
INSERT INTO pull_requests VALUES
    ('acme:api', '12', '', 1772370000000000, NULL, 1772373600000000, 1772373600000000, 'ann', 0, 0);
INSERT INTO reviews VALUES ('acme:api', 'r1', '', '12', 1772372000000000, 'bo', 0, 'APPROVED');
INSERT INTO incidents VALUES
    ('acme:api', 'i1', '', 1772456400000000, 'SEV-1', 'Down', NULL, 1772460000000000, '', '', '');
INSERT INTO builds VALUES
    ('acme:api', 'b1', '', 'main', 'c2', 'success', 1772373600000000, 1772374000000000);
INSERT INTO issues VALUES ('acme:api', 'J-1', '', 'Bug', 1772370000000000, NULL, '');
INSERT INTO observations VALUES
    ('acme:api', 'o1', '', 'cost', 'api', 1772366400000000, 1772366400000000, 12500000, 'eur');
INSERT INTO survey_answers VALUES
    ('acme:api', 'a1', '', 'nps', 'Q1', 'recommend', 'api', '9', 1772366400000000);
INSERT INTO labels VALUES ('acme:api', 'change', '12', 'bug');
INSERT INTO paths VALUES ('acme:api', 'change', '12', 'api/pay.py');
INSERT INTO transitions VALUES ('acme:api', 'incident', 'i1', 0, 'resolved', 1772460000000000);
INSERT INTO coverage VALUES ('acme:api', 'commit', 0, 1772460000000000);
INSERT INTO cursors VALUES ('acme', 'tags', 'v2');
INSERT INTO service_deployments VALUES
    ('api', 'acme:api', 'v1', '', 'tag', 'v1', 'c1', 'success', NULL, 1772366400000000, 0, 0, 0, 0, 0, '', NULL, NULL);
INSERT INTO service_changes VALUES
    ('api', 'acme:api', '12', 'pull_request', '', 1772370000000000, 1772370000000000, 1772372000000000,
     1772373600000000, 1772452800000000, 'v2', 0, 0, 0, 0);
INSERT INTO service_incidents VALUES
    ('api', 'acme:api', 'i1', '', 'SEV-1', 1772456400000000, 1772460000000000, 'v2', 0, 1);
INSERT INTO service_pull_requests VALUES
    ('api', 'acme:api', '12', '', 1772370000000000, 1772372000000000, 1772373600000000, 1772373600000000, 2000000000, 0, 0);
INSERT INTO service_build_branches VALUES ('api', 'acme:api', 'main');
INSERT INTO service_bugs VALUES ('api', 'acme:api', 'J-1', '', 1772370000000000, 1, 1, 0, 1);
INSERT INTO service_releases VALUES ('api', 'acme:api', 'v2', '', 1772452800000000, 'api v2');
INSERT INTO linked_services VALUES ('api', 'fingerprint of the rule', 1);
INSERT INTO linked_origins VALUES ('api', 'acme:api');
INSERT INTO scope VALUES ('engineering', 'api');
INSERT INTO calendar VALUES ('UTC', 20513, 1772323200000000, 1772409600000000);
INSERT INTO series_subject VALUES ('cost', 'acme:api', 'api', 'api');
INSERT INTO status_changes VALUES
    ('engineering', 'payments', 'lead_time_for_changes', 'green', 86400.0, 1772460000000000);
