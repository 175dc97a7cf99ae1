// The data source as the browser sees it: what it asks of its backend, and the editors of queries, variables, annotations
// and settings. Written for Grafana's module loader as it stands: nothing builds it. React 18 and 19; Grafana 11.6 and later.
define(['@grafana/data', '@grafana/runtime', '@grafana/ui', 'react'], (data, runtime, ui, React) => {
  'use strict';

  const h = React.createElement;
  const LABEL = 16;
  const WIDTH = 32;
  const ALERTING = 'unified-alerting';

  // The first of the choices is what a query without the key means. "alerts" marks those that an alert rule can read: a
  // table of texts is none.
  const chosen = (label, tooltip, choices) => ({ label, tooltip, choices });
  const PLACES = {
    scorecard: { label: 'Scorecard', resource: 'scorecards', below: [], none: 'The first' },
    team: { label: 'Team', resource: 'teams', below: ['scorecard'], none: 'The first of the scorecard' },
    teams: {
      key: 'team',
      label: 'Teams',
      resource: 'teams',
      below: ['scorecard'],
      several: true,
      all: { value: 'All', label: 'All teams' },
      none: 'The first of the scorecard',
    },
    perspective: {
      label: 'Perspectives',
      resource: 'perspectives',
      below: ['scorecard', 'team'],
      several: true,
      none: 'All',
    },
    measures: {
      key: 'measure',
      label: 'Measures',
      resource: 'measures',
      below: ['scorecard', 'team', 'perspective'],
      several: true,
      none: 'All',
    },
    measure: {
      label: 'Measure',
      resource: 'measures',
      below: ['scorecard', 'team', 'perspective'],
      none: 'The first of the scorecard',
    },
    limit: { label: 'Samples at most', number: true, none: '200' },
  };

  const KINDS = [
    {
      value: 'scorecard',
      label: 'Scorecard',
      says: 'Where every measure stands: value, goal, status, score, owner. A row for each, worst first.',
      places: ['scorecard', 'teams', 'perspective', 'measures'],
      alerts: true,
      format: chosen('Format', 'What the panel needs', [
        { value: 'table', label: 'Table', description: 'A row for each measure: the table panel' },
        { value: 'wide', label: 'Values', description: 'A field for each measure, in its own unit: stat, bar gauge' },
        { value: 'perspectives', label: 'Scores of perspectives', description: 'A field for each perspective: stat' },
        { value: 'total', label: 'The whole', description: 'One row: score, coverage, and how many of each colour' },
        { value: 'numeric', label: 'Scores for an alert rule', description: 'One number a measure', alerts: true },
      ]),
    },
    {
      value: 'history',
      label: 'History',
      says: 'What was, computed for the time range of the panel, also for the time before Prometheus began to look.',
      places: ['scorecard', 'teams', 'perspective', 'measures'],
      alerts: true,
      show: chosen('Show', 'Of every measure and period', [
        { value: 'value', label: 'Value', description: 'With goal and red line where one measure is asked for', alerts: true },
        { value: 'score', label: 'Score', description: '0 to 100: unlike values, scores can be compared', alerts: true },
        { value: 'status', label: 'Status', description: 'State timeline, status history' },
      ]),
      format: chosen('Format', 'What the panel needs', [
        { value: 'wide', label: 'Wide', description: 'A field for each measure', alerts: true },
        { value: 'multi', label: 'A frame for each', description: 'For trends in a table', alerts: true },
        { value: 'long', label: 'Long', description: 'A row for each measure and period' },
      ]),
      step: chosen('Step', 'The distance between two moments', [
        { value: 'auto', label: 'Automatic', description: 'The finest that fits the width of the panel', alerts: true },
        { value: 'day', label: 'Day', alerts: true },
        { value: 'week', label: 'Week', alerts: true },
        { value: 'month', label: 'Month', alerts: true },
        { value: 'quarter', label: 'Quarter', alerts: true },
      ]),
    },
    {
      value: 'teams',
      label: 'Teams',
      says: 'The tree of teams, a row for each, with a column for each measure.',
      places: ['scorecard', 'perspective', 'measures'],
      show: chosen('Show', 'In each cell', [
        { value: 'score', label: 'Score' },
        { value: 'status', label: 'Status' },
        { value: 'value', label: 'Value' },
      ]),
    },
    {
      value: 'evidence',
      label: 'Evidence',
      says: 'The samples behind the value of a measure at the end of the time range, worst first, each with its link.',
      places: ['scorecard', 'team', 'measure', 'limit'],
    },
    {
      value: 'explain',
      label: 'Explanation',
      says: 'How the value of a measure came about, and what was left out.',
      places: ['scorecard', 'team', 'measure'],
      part: chosen('Part', 'Of the explanation', [
        { value: 'summary', label: 'Summary' },
        { value: 'formula', label: 'Formula', description: 'In words, with the numbers of this period in it' },
        { value: 'stages', label: 'Stages', description: 'Where the time goes' },
        { value: 'left_out', label: 'Left out', description: 'What does not count, and why' },
        { value: 'below', label: 'Below', description: 'What the teams and services below contribute' },
        { value: 'chain', label: 'Chain', description: 'From source to sample: where it breaks if there is no value' },
      ]),
    },
    {
      value: 'map',
      label: 'Strategy map',
      says: 'The objectives and what leads to what, for the node graph panel.',
      places: ['scorecard', 'team'],
    },
    {
      value: 'initiatives',
      label: 'Initiatives',
      says: 'What is being done about it: owner, due date, progress, and the measures that each is for.',
      places: ['scorecard', 'teams', 'measures'],
    },
    {
      value: 'events',
      label: 'Events',
      says: 'What happened in the time range: as annotations over a curve, or as a table.',
      places: ['scorecard', 'team', 'measures'],
      kind: chosen('Events', 'All kinds where none is chosen; annotations are told apart best with one kind a layer', [
        { value: '', label: 'All' },
        { value: 'deployment', label: 'Deployments' },
        { value: 'incident', label: 'Incidents' },
        { value: 'target', label: 'Changes of a target' },
        { value: 'review', label: 'Reviews' },
        { value: 'initiative', label: 'Initiatives' },
        { value: 'status', label: 'Changes of a colour' },
      ]),
    },
  ];
  const CHOSEN = ['show', 'format', 'step', 'part', 'kind'];
  const KEYS = ['scorecard', 'team', 'perspective', 'measure', 'limit', ...CHOSEN];
  const EVENTS = KINDS.filter((kind) => kind.value === 'events');

  const keyOf = (place) => PLACES[place].key || place;
  const kindOf = (query) => KINDS.find((kind) => kind.value === query.queryType) || KINDS[0];
  /** The names in a list as a query holds it: a,b or {a,b}. A variable such as ${team:csv} stays whole. */
  const listed = (text) => {
    const inside = /^\{.*\}$/.test(text) ? text.slice(1, -1) : text;
    return inside.split(',').map((name) => name.trim()).filter(Boolean);
  };
  const textOf = (value) => (value === undefined || value === null ? '' : String(value));
  /** Why a request failed: the exporter's sentence, or, where Grafana could not ask it, one that says more than Grafana's. */
  const sentence = (error) => {
    const said = (error && error.data) || {};
    const isUnanswered = String(said.messageId || '').startsWith('plugin.');
    return isUnanswered ? 'The exporter does not answer.' : said.message || (error && error.message) || 'No answer.';
  };

  /** What a variable asks for, `teams?scorecard=$scorecard`, in its parts. */
  function asked(text) {
    const [resource, rest] = text.trim().split(/\?(.*)/s);
    return { resource, parameters: Object.fromEntries(new URLSearchParams(rest || '')) };
  }

  function written({ resource, parameters }) {
    const pairs = Object.entries(parameters).filter(([, value]) => value);
    const safe = (value) => value.replace(/[%&+#=]/g, encodeURIComponent);
    return resource + (pairs.length ? '?' : '') + pairs.map(([key, value]) => `${key}=${safe(value)}`).join('&');
  }

  class ScorecardDataSource extends runtime.DataSourceWithBackend {
    constructor(settings) {
      super(settings);
      this.annotations = {
        QueryEditor: AnnotationEditor,
        getDefaultQuery: () => ({ queryType: 'events' }),
        prepareQuery: (annotation) => ({ refId: 'Anno', ...annotation.target, queryType: 'events' }),
      };
    }

    /** No more than the kind: Grafana adds it to saved queries too, where another key could be one too many. */
    getDefaultQuery(app) {
      return app === ALERTING ? { queryType: 'scorecard', format: 'numeric' } : { queryType: 'scorecard' };
    }

    filterQuery(query) {
      return !query.hide;
    }

    getQueryDisplayText(query) {
      const kind = kindOf(query);
      const names = kind.places.map((place) => textOf(query[keyOf(place)])).filter(Boolean);
      const choices = CHOSEN.filter((key) => kind[key]).map((key) => textOf(query[key])).filter(Boolean);
      return `${kind.label}${names.length ? ': ' : ''}${names.join(' / ')}${choices.length ? ` (${choices.join(', ')})` : ''}`;
    }

    applyTemplateVariables(query, scopedVars) {
      const replaced = { ...query };
      for (const key of KEYS) {
        if (typeof query[key] === 'string') {
          replaced[key] = runtime.getTemplateSrv().replace(query[key], scopedVars, 'csv');
        }
      }
      return replaced;
    }

    /** The names to choose from, as [{text, value}]. Variables in what narrows them are replaced first. */
    choices(resource, parameters, scopedVars) {
      const replaced = Object.entries(parameters)
        .map(([key, value]) => [key, runtime.getTemplateSrv().replace(value, scopedVars, 'csv')])
        .filter(([, value]) => value);
      // The sentence is shown where the names would be, and not in a corner of the window too.
      return this.getResource(resource, Object.fromEntries(replaced), { showErrorAlert: false }).catch((error) => {
        throw new Error(sentence(error));
      });
    }

    metricFindQuery(query, options) {
      const text = typeof query === 'string' ? query : textOf(query && query.query);
      if (!text.trim()) {
        return Promise.resolve([]);
      }
      const { resource, parameters } = asked(text);
      return this.choices(resource, parameters, options && options.scopedVars);
    }

    /** The exporter's own words where it answers; where it does not, Grafana says no more than that the check failed. */
    async callHealthCheck() {
      const answer = (await super.callHealthCheck()) || {};
      if (['OK', 'ERROR', 'UNKNOWN'].includes(answer.status)) {
        return answer;
      }
      const why = {
        'plugin.healthCheck':
          'The exporter does not answer. Is it running, with --grafana.socket? Does Grafana see the same socket (by default ' +
          '/run/scorecard/plugin.sock), and may it open it? Its mode is 0660: Grafana has to be of the group that owns it.',
        'plugin.unavailable':
          'Grafana could not start gpx_scorecard_linux_… in the folder of the plugin. Is it executable, and the file ' +
          'system mounted without noexec? The log of Grafana says more.',
      }[answer.messageId];
      const said = answer.message || 'Grafana gave no answer';
      return { status: 'ERROR', message: why || said, details: { verboseMessage: `Grafana says: ${said}` } };
    }
  }

  /** What can be chosen at a place, fetched again when what narrows it has changed. */
  function useChoices(datasource, resource, parameters) {
    const [state, setState] = React.useState({ choices: [], problem: '' });
    const question = JSON.stringify(parameters);
    React.useEffect(() => {
      let current = true;
      const take = (next) => current && setState(next);
      if (resource) {
        datasource.choices(resource, JSON.parse(question)).then(
          (choices) => take({ choices: Array.isArray(choices) ? choices : [], problem: '' }),
          (error) => take({ choices: [], problem: error.message })
        );
      }
      return () => {
        current = false;
      };
    }, [datasource, resource, question]);
    return state;
  }

  /** The variables of the dashboard that hold names, and not a data source or an interval. */
  function variables() {
    return runtime
      .getTemplateSrv()
      .getVariables()
      .filter((variable) => ['query', 'custom', 'constant', 'textbox'].includes(variable.type))
      .map((variable) => ({ value: `$${variable.name}`, label: `$${variable.name}`, description: 'Variable' }));
  }

  function Field({ id, label, tooltip, error, children }) {
    const invalid = Boolean(error);
    return h(ui.InlineField, { label, tooltip, labelWidth: LABEL, htmlFor: id, invalid, error }, children);
  }

  /** A place of the scorecard: names from the exporter, variables of the dashboard, or what somebody writes. */
  function Place({ id, place, datasource, values, onChange }) {
    const { label, resource, below, several, all, none, number } = PLACES[place];
    const value = textOf(values[keyOf(place)]);
    const parameters = Object.fromEntries((below || []).map((key) => [key, textOf(values[key])]));
    const { choices, problem } = useChoices(datasource, resource, parameters);
    if (number) {
      const onBlur = (event) => onChange(event.target.value.trim());
      const typed = { id, key: value, type: 'number', min: 1, width: WIDTH, defaultValue: value, placeholder: none, onBlur };
      return h(Field, { id, label }, h(ui.Input, typed));
    }
    const names = choices.map((choice) => ({
      value: textOf(choice.value),
      label: choice.text,
      description: choice.value === choice.text ? undefined : textOf(choice.value),
    }));
    const options = [...(all ? [all] : []), ...names, ...variables()];
    const option = (name) => options.find((one) => one.value === name) || { value: name, label: name };
    const shared = { inputId: id, width: WIDTH, options, placeholder: none, isClearable: true, allowCustomValue: true };
    const control = several
      ? h(ui.MultiSelect, {
          ...shared,
          value: listed(value).map(option),
          onChange: (picked) => onChange(picked.map((one) => one.value).join(',')),
        })
      : h(ui.Select, {
          ...shared,
          value: value ? option(value) : null,
          onChange: (one) => onChange(one ? one.value : ''),
        });
    return h(Field, { id, label, error: problem }, control);
  }

  function Chosen({ id, choice, isAlert, value, onChange }) {
    const options = choice.choices.filter((one) => one.alerts || !isAlert);
    const current = options.find((one) => one.value === value) || (value ? { value, label: value } : options[0]);
    return h(
      Field,
      { id, label: choice.label, tooltip: choice.tooltip },
      h(ui.Select, { inputId: id, width: WIDTH, options, value: current, onChange: (one) => onChange(one.value) })
    );
  }

  /** The key is left out where its value is what is meant without it. */
  function changed(query, key, value) {
    const { [key]: _, ...rest } = query;
    return value ? { ...rest, [key]: value } : rest;
  }

  /** A query of another kind keeps what both have: scorecard, team, perspectives, measures. */
  function turned(query, kind, isAlert) {
    const kept = [...kind.places.map(keyOf), 'queryType'];
    const rest = Object.fromEntries(Object.entries(query).filter(([key]) => !KEYS.includes(key) || kept.includes(key)));
    for (const key of ['team', 'measure'].filter((one) => kind.places.includes(one) && rest[one])) {
      [rest[key]] = listed(rest[key]);
    }
    if (isAlert && kind.format) {
      rest.format = kind.format.choices.find((one) => one.alerts).value;
    }
    return { ...rest, queryType: kind.value };
  }

  function Editor({ kinds, datasource, query, isAlert, onChange, onRunQuery }) {
    const prefix = React.useId();
    const kind = kinds.find((one) => one.value === query.queryType) || kinds[0];
    const send = (next) => {
      onChange(next);
      onRunQuery();
    };
    const set = (key) => (value) => send(changed({ ...query, queryType: kind.value }, key, value));
    const id = (name) => `${prefix}-${name}`;
    const ofKind = {
      inputId: id('queryType'),
      width: WIDTH,
      options: kinds.map(({ value, label, says }) => ({ value, label, description: says })),
      value: kind.value,
      onChange: (one) => send(turned(query, kinds.find((other) => other.value === one.value), isAlert)),
    };
    return h(
      'div',
      null,
      kinds.length > 1 && h(Field, { id: id('queryType'), label: 'Query' }, h(ui.Select, ofKind)),
      h(ui.Text, { element: 'p', color: 'secondary' }, kind.says),
      h(
        ui.InlineFieldRow,
        null,
        kind.places.map((place) =>
          h(Place, { key: place, id: id(place), place, datasource, values: query, onChange: set(keyOf(place)) })
        )
      ),
      h(
        ui.InlineFieldRow,
        null,
        CHOSEN.filter((key) => kind[key]).map((key) =>
          h(Chosen, { key, id: id(key), choice: kind[key], isAlert, value: query[key], onChange: set(key) })
        )
      )
    );
  }

  function QueryEditor(props) {
    const isAlert = props.app === ALERTING;
    const kinds = isAlert ? KINDS.filter((kind) => kind.alerts) : KINDS;
    return h(Editor, { ...props, query: props.query || {}, kinds, isAlert });
  }

  function AnnotationEditor(props) {
    return h(Editor, { ...props, query: props.query || {}, kinds: EVENTS, isAlert: false });
  }

  const LISTS = ['scorecards', 'teams', 'perspectives', 'measures'];

  /** A variable's query is the path of a list of names: `measures?scorecard=$scorecard&perspective=$perspective`. */
  function VariableEditor({ datasource, query, onChange }) {
    const prefix = React.useId();
    const { resource, parameters } = asked(typeof query === 'string' ? query : textOf(query && query.query));
    const place = Object.keys(PLACES).find((one) => PLACES[one].resource === resource);
    const send = (next) => {
      const path = written(next);
      onChange(path, path);
    };
    const options = LISTS.map((value) => ({ value, label: value[0].toUpperCase() + value.slice(1) }));
    const ofList = {
      inputId: `${prefix}-list`,
      width: WIDTH,
      options,
      value: resource || null,
      placeholder: 'What to choose from',
      onChange: (one) => send({ resource: one.value, parameters: {} }),
    };
    return h(
      'div',
      null,
      h(Field, { id: `${prefix}-list`, label: 'Names of' }, h(ui.Select, ofList)),
      (place ? PLACES[place].below : []).map((key) =>
        h(Place, {
          key,
          id: `${prefix}-${key}`,
          place: key,
          datasource,
          values: parameters,
          onChange: (value) => send({ resource, parameters: changed(parameters, key, value) }),
        })
      )
    );
  }

  function ConfigEditor({ options, onOptionsChange }) {
    const isConfigured = Boolean((options.secureJsonFields || {}).token);
    const give = (token, known) =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...options.secureJsonFields, token: known },
        secureJsonData: { ...options.secureJsonData, token },
      });
    const token = {
      id: 'scorecard-token',
      width: WIDTH,
      isConfigured,
      disabled: options.readOnly,
      value: (options.secureJsonData || {}).token || '',
      autoComplete: 'off',
      onReset: () => options.readOnly || give('', false),
      onChange: (event) => give(event.target.value.trim(), false),
    };
    const description =
      'The content of the file that the exporter is started with: scorecard-exporter run --grafana.token-file=FILE. ' +
      'It keeps out other programs that reach the socket.';
    return h(
      'div',
      null,
      h(ui.Field, { label: 'Token', description, htmlFor: token.id }, h(ui.SecretInput, token)),
      h(
        ui.Text,
        { element: 'p', color: 'secondary' },
        'The backend is the exporter itself. Grafana reaches it over a socket on its own machine, whose path is set for ' +
          'all data sources of this type: section [plugin.scorecard-datasource], key socket, in the configuration of Grafana.'
      )
    );
  }

  const plugin = new data.DataSourcePlugin(ScorecardDataSource)
    .setQueryEditor(QueryEditor)
    .setConfigEditor(ConfigEditor)
    .setVariableQueryEditor(VariableEditor);
  return { plugin };
});
