// module.js by itself: what it asks of the backend and what its editors offer. tests/grafana/test_module.py runs it.
const assert = require('node:assert');
const { test } = require('node:test');

const { loaded, shown, source } = require('./grafana');

const NAMES = {
  scorecards: [{ text: 'Engineering', value: 'engineering' }],
  teams: [{ text: 'Payments', value: 'payments' }],
  perspectives: [{ text: 'Customer outcomes', value: 'customer-outcomes' }],
  measures: [
    { text: 'Lead time for changes', value: 'lead_time' },
    { text: 'Change failure rate', value: 'failures' },
  ],
};

/** An editor on the screen, what it sent, and its controls by their labels. */
async function editing(component, { query, answers = NAMES, variables = {}, plugin = loaded(variables), ...props }) {
  const { source: datasource, requests } = source(plugin, answers);
  const sent = [];
  const runs = [];
  const chosen = component(plugin, datasource);
  const elements = await shown(chosen, {
    datasource,
    query,
    onChange: (...next) => sent.push(next),
    onRunQuery: () => runs.push(sent.length),
    ...props,
  });
  const fields = elements.filter((one) => one.type === 'InlineField' || one.type === 'Field');
  const controls = Object.fromEntries(fields.map((one) => [one.props.label, one.children[0].props]));
  const errors = Object.fromEntries(fields.filter((one) => one.props.invalid).map((one) => [one.props.label, one.props.error]));
  const texts = elements.filter((one) => typeof one === 'string');
  return { controls, elements, errors, requests, runs, sent, texts };
}

const queryEditor = (plugin) => plugin.components.QueryEditor;
const variableEditor = (plugin) => plugin.components.VariableQueryEditor;
const annotationEditor = (plugin, datasource) => datasource.annotations.QueryEditor;
const values = (options) => options.map((option) => option.value);

test('variables in every key of a query are replaced, several values separated by commas', () => {
  const { source: datasource } = source(loaded({ team: 'payments', measure: ['lead_time', 'failures'] }));
  const query = { refId: 'A', queryType: 'history', team: '$team', measure: '${measure:csv}', step: '$step', hide: false };
  const scoped = { step: { value: 'week' } };
  assert.deepEqual(datasource.applyTemplateVariables(query, scoped), {
    refId: 'A',
    queryType: 'history',
    team: 'payments',
    measure: 'lead_time,failures',
    step: 'week',
    hide: false,
  });
  assert.equal(query.team, '$team');
});

test('a variable is the list of names that its path leads to', async () => {
  const { source: datasource, requests } = source(loaded({ scorecard: 'r&d' }), NAMES);
  const found = await datasource.metricFindQuery('teams?scorecard=$scorecard');
  assert.deepEqual(found, [{ text: 'Payments', value: 'payments' }]);
  assert.deepEqual(requests, [['teams', { scorecard: 'r&d' }]]);
});

test('a variable may depend on several others, and on those of a repeated row', async () => {
  const { source: datasource, requests } = source(loaded({ scorecard: 'engineering', perspective: ['a', 'b'] }), NAMES);
  const path = 'measures?scorecard=${scorecard}&team=$team&perspective=${perspective:csv}';
  await datasource.metricFindQuery(path, { scopedVars: { team: { value: 'payments' } } });
  assert.deepEqual(requests, [['measures', { scorecard: 'engineering', team: 'payments', perspective: 'a,b' }]]);
});

test('a variable that is saved as an object or not written yet is no error', async () => {
  const { source: datasource, requests } = source(loaded(), NAMES);
  await datasource.metricFindQuery({ query: 'scorecards', refId: 'A' });
  assert.deepEqual(requests, [['scorecards', {}]]);
  for (const nothing of ['', ' ', undefined, {}]) {
    assert.deepEqual(await datasource.metricFindQuery(nothing), []);
  }
  assert.equal(requests.length, 1);
});

test('a new query shows the scorecard, and one of an alert rule its scores', () => {
  const { source: datasource } = source(loaded());
  assert.deepEqual(datasource.getDefaultQuery('panel-editor'), { queryType: 'scorecard' });
  assert.deepEqual(datasource.getDefaultQuery('unified-alerting'), { queryType: 'scorecard', format: 'numeric' });
});

test('a hidden query is not sent', () => {
  const { source: datasource } = source(loaded());
  assert.equal(datasource.filterQuery({ queryType: 'map', hide: true }), false);
  assert.equal(datasource.filterQuery({ queryType: 'map' }), true);
});

test('a collapsed query says what it shows', () => {
  const { source: datasource } = source(loaded());
  const text = (query) => datasource.getQueryDisplayText(query);
  assert.equal(text({ queryType: 'map' }), 'Strategy map');
  const query = { queryType: 'history', team: 'payments', measure: 'lead_time', show: 'score', limit: 5 };
  assert.equal(text(query), 'History: payments / lead_time (score)');
});

test('the words of the exporter about its health come through', async () => {
  const { source: datasource } = source(loaded());
  for (const status of ['OK', 'ERROR', 'UNKNOWN']) {
    datasource.health = { status, message: 'The token is not the one of the exporter.', details: { a: 1 } };
    assert.deepEqual(await datasource.callHealthCheck(), datasource.health);
  }
});

test('where nobody answers, the health check says what to look at', async () => {
  const { source: datasource } = source(loaded());
  const rows = [
    [{ messageId: 'plugin.healthCheck', message: 'Plugin health check failed' }, /does not answer.*0660/],
    [{ messageId: 'plugin.unavailable', message: 'Plugin unavailable' }, /could not start gpx_scorecard/],
    [{ messageId: 'accesscontrol', message: 'Access denied' }, /^Access denied$/],
    [undefined, /^Grafana gave no answer$/],
  ];
  for (const [health, sentence] of rows) {
    datasource.health = health;
    const answer = await datasource.callHealthCheck();
    assert.equal(answer.status, 'ERROR');
    assert.match(answer.message, sentence);
  }
  datasource.health = rows[0][0];
  const { details } = await datasource.callHealthCheck();
  assert.equal(details.verboseMessage, 'Grafana says: Plugin health check failed');
});

test('annotations are events, of the kinds that were chosen', () => {
  const { source: datasource } = source(loaded());
  const prepared = datasource.annotations.prepareQuery({ name: 'Incidents', target: { refId: 'X', kind: 'incident' } });
  assert.deepEqual(prepared, { refId: 'X', kind: 'incident', queryType: 'events' });
  assert.deepEqual(datasource.annotations.prepareQuery({ name: 'All' }), { refId: 'Anno', queryType: 'events' });
});

test('the editor offers the names of the exporter and the variables of the dashboard', async () => {
  const query = { refId: 'A', queryType: 'history', scorecard: '$scorecard', team: 'payments' };
  const { controls, errors, requests } = await editing(queryEditor, { query, variables: { scorecard: 'engineering' } });
  assert.deepEqual(values(controls.Scorecard.options), ['engineering', '$scorecard']);
  assert.deepEqual(values(controls.Measures.options), ['lead_time', 'failures', '$scorecard']);
  assert.deepEqual(
    controls.Measures.options.map((option) => option.label),
    ['Lead time for changes', 'Change failure rate', '$scorecard']
  );
  assert.deepEqual(controls.Teams.options.slice(0, 2), [
    { value: 'All', label: 'All teams' },
    { value: 'payments', label: 'Payments', description: 'payments' },
  ]);
  assert.deepEqual(controls.Teams.value, [{ value: 'payments', label: 'Payments', description: 'payments' }]);
  assert.equal(controls.Measures.allowCustomValue, true);
  assert.deepEqual(requests, [
    ['scorecards', {}],
    ['teams', { scorecard: 'engineering' }],
    ['perspectives', { scorecard: 'engineering', team: 'payments' }],
    ['measures', { scorecard: 'engineering', team: 'payments' }],
  ]);
  assert.deepEqual(errors, {});
});

test('the editor has the fields that the kind of query needs, and says what it shows', async () => {
  const places = {
    scorecard: ['Scorecard', 'Teams', 'Perspectives', 'Measures', 'Format'],
    history: ['Scorecard', 'Teams', 'Perspectives', 'Measures', 'Show', 'Format', 'Step'],
    teams: ['Scorecard', 'Perspectives', 'Measures', 'Show'],
    evidence: ['Scorecard', 'Team', 'Measure', 'Samples at most'],
    explain: ['Scorecard', 'Team', 'Measure', 'Part'],
    map: ['Scorecard', 'Team'],
    initiatives: ['Scorecard', 'Teams', 'Measures'],
    events: ['Scorecard', 'Team', 'Measures', 'Events'],
  };
  for (const [queryType, labels] of Object.entries(places)) {
    const { controls, texts } = await editing(queryEditor, { query: { refId: 'A', queryType } });
    assert.deepEqual(Object.keys(controls), ['Query', ...labels], queryType);
    assert.deepEqual(values(controls.Query.options).sort(), Object.keys(places).sort());
    assert.equal(texts.length, 1);
    assert.match(texts[0], /^[A-Z].*\.$/);
  }
});

test('what is chosen becomes the query, and is run at once', async () => {
  const query = { refId: 'A', queryType: 'history', measure: 'lead_time,$more' };
  const { controls, runs, sent } = await editing(queryEditor, { query });
  assert.deepEqual(values(controls.Measures.value), ['lead_time', '$more']);
  controls.Measures.onChange([{ value: 'failures' }, { value: 'of my own' }]);
  controls.Measures.onChange([]);
  controls.Teams.onChange([{ value: 'payments' }]);
  controls.Show.onChange({ value: 'score' });
  assert.deepEqual(
    sent.map(([next]) => next),
    [
      { refId: 'A', queryType: 'history', measure: 'failures,of my own' },
      { refId: 'A', queryType: 'history' },
      { refId: 'A', queryType: 'history', measure: 'lead_time,$more', team: 'payments' },
      { refId: 'A', queryType: 'history', measure: 'lead_time,$more', show: 'score' },
    ]
  );
  assert.deepEqual(runs, [1, 2, 3, 4]);
});

test('a choice that nobody made is shown as what it means', async () => {
  const { controls } = await editing(queryEditor, { query: { refId: 'A', queryType: 'history' } });
  assert.deepEqual([controls.Show.value.value, controls.Format.value.value, controls.Step.value.value], ['value', 'wide', 'auto']);
  assert.deepEqual(controls.Teams.value, []);
});

test('a query of another kind keeps the place and drops the rest', async () => {
  const query = { refId: 'A', queryType: 'history', team: 'payments,catalog', measure: 'lead_time,failures', step: 'week', show: 'score' };
  const { controls, sent } = await editing(queryEditor, { query });
  controls.Query.onChange({ value: 'evidence' });
  controls.Query.onChange({ value: 'map' });
  assert.deepEqual(sent, [
    [{ refId: 'A', queryType: 'evidence', team: 'payments', measure: 'lead_time' }],
    [{ refId: 'A', queryType: 'map', team: 'payments' }],
  ]);
});

test('an alert rule is offered what it can read', async () => {
  const query = { refId: 'A', queryType: 'scorecard', format: 'numeric' };
  const { controls, sent } = await editing(queryEditor, { query, app: 'unified-alerting' });
  assert.deepEqual(values(controls.Query.options), ['scorecard', 'history']);
  assert.deepEqual(values(controls.Format.options), ['numeric']);
  controls.Query.onChange({ value: 'history' });
  assert.deepEqual(sent, [[{ refId: 'A', queryType: 'history', format: 'wide' }]]);
});

test('where the exporter gives no names, its sentence stands at the field, which can still be written', async () => {
  const refused = Object.assign(new Error(), { data: { message: 'No scorecard is called shop.' } });
  const query = { refId: 'A', queryType: 'map', scorecard: 'shop', team: 'payments' };
  const answers = { ...NAMES, teams: refused };
  const { controls, errors } = await editing(queryEditor, { query, answers });
  assert.deepEqual(errors, { Team: 'No scorecard is called shop.' });
  assert.deepEqual(controls.Team.value, { value: 'payments', label: 'payments' });
});

test('a field says that nobody answers where Grafana only knows that something failed', async () => {
  const failed = { data: { messageId: 'plugin.requestFailureError', message: 'An error occurred within the plugin' } };
  const answers = { ...NAMES, scorecards: Object.assign(new Error(), failed) };
  const { errors } = await editing(queryEditor, { query: { refId: 'A', queryType: 'map' }, answers });
  assert.deepEqual(errors, { Scorecard: 'The exporter does not answer.' });
});

test('the editor of annotations has the kinds of events and no other kind of query', async () => {
  const { controls, sent } = await editing(annotationEditor, { query: { refId: 'Anno' } });
  assert.deepEqual(Object.keys(controls), ['Scorecard', 'Team', 'Measures', 'Events']);
  const kinds = ['', 'deployment', 'incident', 'target', 'review', 'initiative', 'status'];
  assert.deepEqual(values(controls.Events.options), kinds);
  controls.Events.onChange({ value: 'incident' });
  assert.deepEqual(sent, [[{ refId: 'Anno', queryType: 'events', kind: 'incident' }]]);
});

test('the editor of variables writes the path', async () => {
  const query = 'measures?scorecard=$scorecard&team=payments';
  const { controls, sent } = await editing(variableEditor, { query, variables: { scorecard: 'engineering' } });
  assert.equal(controls['Names of'].value, 'measures');
  assert.deepEqual(Object.keys(controls), ['Names of', 'Scorecard', 'Team', 'Perspectives']);
  controls.Perspectives.onChange([{ value: 'a' }, { value: 'r&d' }]);
  controls.Team.onChange(null);
  controls['Names of'].onChange({ value: 'scorecards' });
  assert.deepEqual(sent, [
    Array(2).fill(`${query}&perspective=a,r%26d`),
    Array(2).fill('measures?scorecard=$scorecard'),
    ['scorecards', 'scorecards'],
  ]);
});

test('a variable is asked for as its editor wrote it', async () => {
  const { source: datasource, requests } = source(loaded(), NAMES);
  await datasource.metricFindQuery('measures?perspective=a,r%26d');
  assert.deepEqual(requests, [['measures', { perspective: 'a,r&d' }]]);
});

test('the token is written once, never shown, and can be replaced', async () => {
  const sent = [];
  const plugin = loaded();
  const ConfigEditor = () => plugin.components.ConfigEditor;
  const options = { name: 'Scorecard', secureJsonFields: { token: true } };
  const { controls } = await editing(ConfigEditor, { plugin, options, onOptionsChange: (next) => sent.push(next) });
  assert.equal(controls.Token.isConfigured, true);
  assert.equal(controls.Token.value, '');
  controls.Token.onReset();
  controls.Token.onChange({ target: { value: ' secret\n' } });
  assert.deepEqual(sent, [
    { name: 'Scorecard', secureJsonFields: { token: false }, secureJsonData: { token: '' } },
    { name: 'Scorecard', secureJsonFields: { token: false }, secureJsonData: { token: 'secret' } },
  ]);
});

test('the settings of a provisioned data source cannot be changed', async () => {
  const sent = [];
  const plugin = loaded();
  const options = { readOnly: true, secureJsonFields: { token: true } };
  const { controls } = await editing(() => plugin.components.ConfigEditor, { plugin, options, onOptionsChange: (next) => sent.push(next) });
  assert.equal(controls.Token.disabled, true);
  controls.Token.onReset();
  assert.deepEqual(sent, []);
});
