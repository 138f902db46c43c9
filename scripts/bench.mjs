import { launch } from './bootstrap.mjs';

/** Benchmarks by name; without one, what the platform costs. */
const NAMED = ['fairness', 'tenants', 'parking', 'front', 'front-memory', 'durable', 'startup'];

const [name, ...rest] = process.argv.slice(2);
const isNamed = NAMED.includes(name);
await launch(`benchmarks/${isNamed ? name : 'run'}.ts`, isNamed ? rest : process.argv.slice(2));
