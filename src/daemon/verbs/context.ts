/** What the verbs share: the parts of the daemon, wired once in daemon.ts. */
import type { AgentType } from '../../agents/agent-type.ts';
import type { Settings } from '../../config/settings.ts';
import type { HomePaths } from '../../config/paths.ts';
import type { DaemonInfo } from '../../core/protocol.ts';
import type { Store } from '../../store/store.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { HookStream } from '../claude/hook-stream.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Answers } from '../claude/answers/answers.ts';
import type { Typist } from '../claude/typing/typist.ts';
import type { ClaudeAgents } from '../claude/claude-agents.ts';
import type { Claims } from '../claims/claims.ts';
import type { Conflicts } from '../conflicts/conflicts.ts';
import type { Budgets } from '../cost/budgets.ts';
import type { HeadlessPort } from '../claude/headless/headless-port.ts';
import type { CostWatch } from '../cost/cost-watch.ts';
import type { Ledger } from '../cost/ledger.ts';
import type { EventHub } from '../event-hub.ts';
import type { HealthChecks } from '../health/health-checks.ts';
import type { History } from '../history/history.ts';
import type { Launcher } from '../launcher.ts';
import type { KernelLimits } from '../limits/kernel-limits.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Marks } from '../marks.ts';
import type { Messages } from '../messages/start-messages.ts';
import type { Registry } from '../registry.ts';
import type { ScreenWatch } from '../screens/screen-watch.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Watch } from '../watch.ts';
import type { Worktrees } from '../worktrees/worktrees.ts';

export interface Daemon {
  readonly paths: HomePaths;
  readonly settings: Settings;
  /** Where `bin/`, `scripts/` and `templates/` are. */
  readonly installation: string;
  readonly store: Store;
  readonly hub: EventHub;
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  /** @throws MuxwardError `usage` for a name that is none, `invalid-config` for a template with a fault */
  readonly typeOf: (name: string) => Promise<AgentType>;
  readonly launcher: Launcher;
  readonly lifecycle: Lifecycle;
  readonly marks: Marks;
  readonly watch: Watch;
  readonly kernelLimits: KernelLimits;
  readonly ledger: Ledger;
  readonly costs: CostWatch;
  readonly headless: HeadlessPort;
  readonly budgets: Budgets;
  /** What Claude Code agents report of themselves. */
  readonly hooks: HookStream;
  readonly health: HealthChecks;
  readonly alerts: Alerts;
  readonly worktrees: Worktrees;
  readonly conflicts: Conflicts;
  readonly claims: Claims;
  /** Types messages to them. */
  readonly typist: Typist;
  readonly claude: ClaudeAgents;
  /** What agents do that report nothing themselves. */
  readonly screens: ScreenWatch;
  readonly history: History;
  readonly checkpoints: Checkpoints;
  readonly messages: Messages;
  readonly tasks: Tasks;
  /** Answers what they ask. */
  readonly answers: Answers;
  info(): DaemonInfo;
  /** How many clients follow the numbers now; adding one makes samples come every second. */
  readonly watchers: Set<symbol>;
  /** Ends the daemon, after the reply in hand is sent. */
  end(reason: string): void;
}
