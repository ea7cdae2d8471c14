// `npm run bench`: muxward beside plain tmux and pm2, in one run, in turns. See docs/benchmarks.md.
import { main } from './main.ts';

process.exit(await main(process.argv.slice(2)));
