/** The elements of a type in the order of XML, worked out once from the definitions for reader and writer. */
import type { Definitions, Element } from '../definitions/definitions.js';

export interface Field {
  /** In JSON and XML alike; of a choice, with its type: `valueQuantity`. */
  name: string;
  /** `resource`: the XML element holds another one, named after its type. */
  kind: 'attribute' | 'primitive' | 'complex' | 'resource' | 'xhtml';
  /** Of primitives: `decimal`. */
  type: string;
  many: boolean;
  /** What is inside; of a primitive, its extensions and id. */
  layout(): XmlLayout;
}

export interface XmlLayout {
  fields: readonly Field[];
  byName: ReadonlyMap<string, Field>;
}

export interface XmlLayouts {
  /** Of a type; undefined if there is none. */
  of(type: string): XmlLayout | undefined;
}

const known = new WeakMap<Definitions, XmlLayouts>();

/** The layouts of these definitions; kept as long as they are. */
export function layoutsOf(definitions: Definitions): XmlLayouts {
  const layouts = known.get(definitions) ?? createLayouts(definitions);
  known.set(definitions, layouts);
  return layouts;
}

function createLayouts(definitions: Definitions): XmlLayouts {
  const types = new Map<string, XmlLayout>();
  const inner = new WeakMap<Element, XmlLayout>();

  const layout = (children: readonly Element[]): XmlLayout => {
    const fields = children.flatMap(fieldsOf);
    return { fields, byName: new Map(fields.map(field => [field.name, field])) };
  };

  const ofType = (type: string): XmlLayout => {
    const found = types.get(type) ?? layout(definitions.elements(type));
    types.set(type, found);
    return found;
  };

  const ofElement = (element: Element): XmlLayout => {
    const found = inner.get(element) ?? layout(definitions.childrenOf(element));
    inner.set(element, found);
    return found;
  };

  const fieldsOf = (element: Element): Field[] => {
    const many = element.max === '*' || element.max > 1;
    if (element.children || element.contentReference) {
      return [{ name: element.name, kind: 'complex', type: '', many, layout: () => ofElement(element) }];
    }
    return element.types.map(({ code }) => ({
      name: element.choice ? element.name + code.charAt(0).toUpperCase() + code.slice(1) : element.name,
      kind: kindOf(element, code),
      type: code,
      many,
      layout: () => ofType(code),
    }));
  };

  const kindOf = (element: Element, code: string): Field['kind'] => {
    if (element.xml === 'attribute') return 'attribute';
    if (code === 'xhtml' || code === 'Resource') return code === 'xhtml' ? 'xhtml' : 'resource';
    return definitions.type(code)?.kind === 'primitive' ? 'primitive' : 'complex';
  };

  return { of: type => (definitions.type(type) ? ofType(type) : undefined) };
}
