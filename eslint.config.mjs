/** Typed lint rules. What Prettier, the compiler, dependency-cruiser or tools/budgets.mjs sees to is left to them. */
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const unusedVariables = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }];

const namedExports = { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' };
const assignments = {
  selector: ":not(ExpressionStatement):not(ForStatement) > AssignmentExpression[operator!='??=']",
  message: 'An assignment is a statement, but for values made when they are first needed (`??=`).',
};

/** Whatever calls other servers does so by src/outbound/, which checks where the call goes. */
const dialling = ['fetch', 'WebSocket', 'EventSource'].map(name => ({ name, message: 'Calls go by src/outbound/.' }));

/** The modules that serve, too. Those that call alone are in .dependency-cruiser.cjs. */
const diallers = [
  { name: 'node:http', importNames: ['request', 'get', 'Agent', 'default'] },
  { name: 'node:net', importNames: ['connect', 'createConnection', 'Socket', 'default'] },
].map(one => ({ ...one, allowTypeImports: true, message: 'Calls go by src/outbound/.' }));

export default defineConfig(
  globalIgnores(['dist/', '.cache/', 'data/', 'src/operations/types.ts']),
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.recommended],
    rules: { '@typescript-eslint/no-unused-vars': unusedVariables },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-sequences': 'error',
      'no-restricted-syntax': ['error', namedExports, assignments],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': unusedVariables,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Properties of JSON are read with brackets, as the compiler's index signatures want it.
      '@typescript-eslint/dot-notation': 'off',
      // `() => stop()` says what it means.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `String(resource['status'])` reads text out of JSON whose form was checked before.
      '@typescript-eslint/no-base-to-string': 'off',
      // A callback that has nothing to do.
      '@typescript-eslint/no-empty-function': 'off',
      // The plain way to say that an index is in range, under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `parse<Patient>(text)` is a cast with the type in the right place.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Ports return promises whether or not an adapter has to wait.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/commands/**/*.ts', 'src/outbound/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...dialling],
      '@typescript-eslint/no-restricted-imports': ['error', { paths: diallers }],
    },
  },
  { files: ['src/main.ts', 'src/commands/**/*.ts', 'bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Callbacks of one line that note what they see.
      'no-sequences': 'off',
      'no-restricted-syntax': ['error', namedExports],
      // Bodies of answers are `any`; that they have the right form is what the assertions find out.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Stores under test are taken apart; none of ours needs its `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
);
