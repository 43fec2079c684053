import { defineConfig } from 'vite';

/** Where `npm run dev` sends the daemon's routes. */
const DAEMON = 'http://127.0.0.1:8000';

export default defineConfig({
  // Relative URLs: the page also works below a path prefix of a reverse proxy.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // No data: URLs and no inline polyfill, so that the strict content security policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'docs.html', 'diagnose.html'],
      output: {
        // What is fetched together is lighter than one by one, and one request; plots bring a library along.
        // None may import another back: what two of them use stays out of both.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'Dock', test: /src\/dock\/(?!Plots|trail|flags|model)/ },
            { name: 'Menus', test: /src\/(share|ui\/(CameraViews|Dialog|Help|HistoryBar|MoreItems|People|SceneErrorDialog|ScenesPanel|StageTable|StatsPanel|Notices)\.tsx|editor\/ScenesList)/ },
            { name: 'Measuring', test: /src\/(measuring|tracing|sampler|connection\/(traces|stats|latency|ways|mediaSocket|players|packet|pictures|easel))\.ts/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': DAEMON,
      '/openapi.json': DAEMON,
      '/ws': { target: DAEMON, ws: true },
    },
  },
});
