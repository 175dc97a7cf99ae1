// Stand-ins for what Grafana gives a plugin: its module loader, React, and the parts of its packages that module.js uses.
// Only what Grafana 11.6 to 13 all have is here; anything else is undefined, and ends the test that needs it.
const fs = require('node:fs');
const path = require('node:path');

const MODULE = path.join(__dirname, '../../../grafana/plugins/scorecard-datasource/module.js');
const COMPONENTS = ['Field', 'InlineField', 'InlineFieldRow', 'Input', 'MultiSelect', 'SecretInput', 'Select', 'Text'];

// Hooks keep what they know under the place of their component in the tree, and their number in it.
const hooks = { kept: new Map(), effects: [], place: '', count: 0 };
const slot = () => `${hooks.place}#${hooks.count++}`;

const React = {
  createElement: (type, props, ...children) => ({ type, props: props || {}, children }),
  useId: () => slot(),
  useState(first) {
    const key = slot();
    if (!hooks.kept.has(key)) {
      hooks.kept.set(key, first);
    }
    return [hooks.kept.get(key), (next) => hooks.kept.set(key, next)];
  },
  useEffect(effect, needs) {
    const key = slot();
    const before = hooks.kept.get(key);
    if (!before || needs.some((need, index) => need !== before.needs[index])) {
      hooks.effects.push(() => {
        if (before && before.end) {
          before.end();
        }
        hooks.kept.set(key, { needs, end: effect() });
      });
    }
  },
};

function drawn(element, place) {
  if (Array.isArray(element)) {
    return element.flatMap((one, index) => drawn(one, `${place}/${(one && one.props && one.props.key) || index}`));
  }
  if (element === null || element === undefined || typeof element === 'boolean') {
    return [];
  }
  if (typeof element !== 'object') {
    return [String(element)];
  }
  const { type, props, children } = element;
  if (typeof type === 'function') {
    Object.assign(hooks, { place: `${place}:${type.name}`, count: 0 });
    return drawn(type({ ...props, children }), `${place}:${type.name}`);
  }
  if (typeof type !== 'string') {
    throw new Error('a component that not every Grafana has');
  }
  return [{ type, props, children: drawn(children, `${place}:${type}`) }];
}

/** What is on the screen once all that was asked for has been answered: a list of all elements, flat. */
async function shown(component, props) {
  Object.assign(hooks, { kept: new Map(), effects: [] });
  const element = React.createElement(component, props);
  for (let round = 0; round < 3; round += 1) {
    drawn(element, '');
    hooks.effects.splice(0).forEach((effect) => effect());
    await new Promise(setImmediate);
  }
  const flat = (elements) => elements.flatMap((one) => [one, ...flat(one.children || [])]);
  return flat(drawn(element, ''));
}

class DataSourceWithBackend {
  constructor(settings) {
    this.uid = settings.uid;
  }

  callHealthCheck() {
    return Promise.resolve(this.health);
  }
}

class DataSourcePlugin {
  constructor(DataSourceClass) {
    Object.assign(this, { DataSourceClass, components: {} });
    for (const name of ['ConfigEditor', 'QueryEditor', 'VariableQueryEditor']) {
      this[`set${name}`] = (component) => {
        this.components[name] = component;
        return this;
      };
    }
  }
}

/** The plugin as Grafana loads it, with a dashboard whose variables have these values. */
function loaded(values = {}) {
  const replace = (text, scopedVars, format) => {
    const all = { ...values, ...Object.fromEntries(Object.entries(scopedVars || {}).map(([k, v]) => [k, v.value])) };
    return text.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (whole, name) => {
      const value = all[name];
      return value === undefined ? whole : [].concat(value).join(format === 'csv' ? ',' : '|');
    });
  };
  const getVariables = () => [
    { name: 'datasource', type: 'datasource' },
    ...Object.keys(values).map((name) => ({ name, type: 'query' })),
  ];
  const modules = {
    '@grafana/data': { DataSourcePlugin },
    '@grafana/runtime': { DataSourceWithBackend, getTemplateSrv: () => ({ replace, getVariables }) },
    '@grafana/ui': Object.fromEntries(COMPONENTS.map((name) => [name, name])),
    react: React,
  };
  let made;
  const define = (names, factory) => {
    made = factory(...names.map((name) => modules[name]));
  };
  new Function('define', fs.readFileSync(MODULE, 'utf8'))(define);
  return made.plugin;
}

/** A data source whose backend answers a resource with `answers[path]`, and what it was asked. */
function source(plugin, answers = {}) {
  const made = new plugin.DataSourceClass({ uid: 'scorecard-datasource' });
  const requests = [];
  made.getResource = (resource, parameters, { showErrorAlert }) => {
    if (showErrorAlert !== false) {
      throw new Error('a failure would be told twice');
    }
    requests.push([resource, parameters]);
    const answer = answers[resource];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer || []);
  };
  return { source: made, requests };
}

module.exports = { loaded, shown, source };
