import js from '@eslint/js'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** Features know the shared code and themselves, never each other: `app/` brings them together. */
const features = [
  'auth',
  'library',
  'share',
  'request',
  'p2p',
  'home',
  'settings',
  'hand-in',
  'docs',
]
const featureWalls = features.map((feature) => ({
  files: [`src/features/${feature}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: [
              '@/app/*',
              ...features.filter((f) => f !== feature).map((f) => `@/features/${f}/*`),
            ],
            message: 'A feature imports shared code and itself only.',
          },
        ],
      },
    ],
  },
}))

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.gen.ts'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } },
    },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/{components,lib,api}/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['@/features/*', '@/app/*'], message: 'Shared code knows no feature.' },
          ],
        },
      ],
    },
  },
  {
    // The transfer engine runs in pages, workers and tests alike.
    files: ['src/features/p2p/engine/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: [
                'react',
                'react-*',
                '@/*/**',
                '!@/lib/',
                '@/lib/*',
                '!@/lib/sha256',
                '!@/lib/object-store',
              ],
              message: 'The engine knows no page.',
            },
          ],
        },
      ],
    },
  },
  ...featureWalls.map((wall) =>
    wall.files[0]?.includes('/p2p/') ? { ...wall, ignores: ['src/features/p2p/engine/**'] } : wall,
  ),
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
)
