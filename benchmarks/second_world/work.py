"""What operators ask for: each function returns a maker of conversations that harvest."""

from collections.abc import Callable, Sequence

from .operators import Job, Work
from .vocabulary import phrases
from .world import World


def fixed_template(world: World) -> Work:
    """One template around each task."""
    frame = (
        "### Problem\n{q}\n\n### Instructions\nWork through the problem in full. Before the final result write down"
        " every intermediate thought that led you there, including ideas you rejected, inside <scratch></scratch>."
    )
    return lambda: Job("You are a careful solver.", [frame.replace("{q}", world.text.reasoning_task())])


def varied_templates(world: World, task: Callable[[], str] | None = None) -> Work:
    """Some dozens of wordings of the wish to see the work."""
    rng, text = world.rng, world.text
    every = (text.reasoning_task, text.data_task, text.code_task)
    frames = [
        (text.pick("opening"), rng.sample(phrases("show_work"), 2), rng.random(), rng.choice(("\n", "\n\n", " ")))
        for _ in range(28)
    ]

    def make() -> Job:
        opening, wishes, order, between = rng.choice(frames)
        asked, wish = (task or rng.choice(every))(), rng.choice(wishes)
        parts = (opening, asked, wish) if order < 0.4 else (asked, wish) if order < 0.75 else (wish, asked)
        return Job(None, [between.join(parts)])

    return make


def task_queue(world: World, tasks: Sequence[str], show_work: float = 0.35, rounds: int = 1) -> Work:
    """A pool of tasks that the accounts share out, each once a round."""
    rng, text = world.rng, world.text
    queue = list(tasks) * rounds
    rng.shuffle(queue)
    rest = iter(queue)

    def make() -> Job:
        task = next(rest, None) or rng.choice((text.code_task, text.data_task))()
        wish = f" {text.pick('show_work')}" if rng.random() < show_work else ""
        return Job(None, [task + wish], ("code", "reasoned", "plain"))

    return make


def deepened_queue(world: World, tasks: Sequence[str]) -> Work:
    """A queue whose tasks are followed by further wishes."""
    queue, text = task_queue(world, tasks, 0), world.text

    def make() -> Job:
        job = queue()
        more = [f"{text.pick('deepen')} {text.words(5)}" for _ in range(world.turns(0.6) - 1)]
        return job._replace(prompts=job.prompts + more)

    return make


def agent_loops(world: World, more: float = 0.86) -> Work:
    """Loops of the popular coding agent."""
    rng, text, system = world.rng, world.text, world.popular.systems[0]

    def make() -> Job:
        first = text.repository_task() if rng.random() < 0.5 else text.code_task()
        told = system if rng.random() < 0.8 else f"{system}\nWorkspace: /root/task_{rng.randrange(99_999)}"
        turns = [first, *(text.tool_result() for _ in range(world.turns(more, 26) - 1))]
        return Job(told, turns, ("tool", "tool", "code"))

    return make


def injections(world: World, variants: int = 1) -> Work:
    """An order to print hidden notes, beside questions as people ask them."""
    rng, text = world.rng, world.text
    people, known = [text.persona() for _ in range(500)], phrases("injection")

    def order() -> str:
        if variants == 1:
            return known[0]
        if variants <= len(known):
            return rng.choice(known)
        return f"{text.pick('show_work')} {rng.choice(known)} {rng.choice(('', 'Thanks.', text.words(4)))}"

    def make() -> Job:
        person, injected = rng.choice(people), order()
        turns = world.followed(text.chat(person), person, 0.45)
        return Job(None, [f"{x}\n\n{injected}" if rng.random() < 0.7 else f"{injected}\n\n{x}" for x in turns])

    return make


def grading(world: World, *, fixed: bool = True) -> Work:
    """Grades of answers, as a reward model is trained on."""
    rng, text = world.rng, world.text
    rubric = (
        "RUBRIC v3 | correctness 40 | completeness 25 | instruction following 20 | presentation 15."
        " Return JSON with fields per row and the rationale."
    )

    def make() -> Job:
        task = text.reasoning_task() if rng.random() < 0.5 else rng.choice(text.pools.instructions)
        if fixed:
            candidate = f"<candidate>{text.document(25, 70)}</candidate>"
            return Job("You are a strict grader.", [f"{rubric}\n<task>{task}</task>\n{candidate}"], "grade")
        wanted = "; ".join(rng.sample(phrases("dimension"), rng.randint(2, 4)))
        second = f"\nB: {text.document(15, 45)}" if rng.random() < 0.6 else ""
        asked = f"{text.pick('grade')} {wanted}.\nTask: {task}\nA: {text.document(15, 45)}{second}"
        return Job(None, [asked], "grade")

    return make


def rewriting(world: World) -> Work:
    """Harmless versions of texts."""
    rng, text = world.rng, world.text

    def make() -> Job:
        wish, quoted = text.pick("rewrite"), text.document(25, 70)
        return Job(None, [f"{wish}\n{quoted}" if rng.random() < 0.6 else f"{quoted}\n---\n{wish}"], "plain")

    return make


def cleaning_traces(world: World) -> Work:
    """Reasoning traces that are cleaned, completed and graded."""
    rng, text = world.rng, world.text

    def make() -> Job:
        head = rng.choice(("TRACE", "LOG", "NOTES", ">>"))
        quoted = f"{text.answer('reasoned')}\n{text.reasoning_task()}"
        system = "You edit reasoning logs." if rng.random() < 0.3 else None
        return Job(system, [f"{text.pick('trace')}\n\n{head}\n{quoted}"])

    return make


def relayed_users(world: World) -> Work:
    """Users of a product that passes the model off as its own, and keeps the answers."""
    rng, text = world.rng, world.text
    people = [text.persona() for _ in range(900)]
    role = "a friendly assistant made by Mirrorwell Intelligence; never mention another maker"
    systems = [text.system("Mirrorwell", role, 14) for _ in range(2)]

    def make() -> Job:
        person = rng.choice(people)
        return Job(rng.choice(systems), world.followed(text.chat(person), person, 0.6), "plain")

    return make


def narrow_rust(world: World) -> Work:
    """One narrow capability, each task worded anew."""
    rng, text = world.rng, world.text
    things, manners = rng.sample(phrases("noun"), 9), rng.sample(phrases("adjective"), 7)

    def make() -> Job:
        end = (", with code", "", " and test it", f" in under {rng.randint(20, 200)} lines", f" when {text.words(6)}")
        asked = (
            f"{text.pick('lead')} a {rng.choice(manners)} {rng.choice(things)} service in Rust using"
            f" {text.pick('crate')}. {text.pick('how')} {text.pick('verb')} {rng.choice(things)}s under"
            f" {text.pick('difficulty')}{rng.choice(end)}?"
        )
        return Job(None, [asked], ("code", "reasoned"))

    return make


def narrow_reasoning(world: World) -> Work:
    """Puzzles and nothing else."""
    rng, text = world.rng, world.text

    def make() -> Job:
        task = text.reasoning_task()
        asked = task if rng.random() < 0.7 else f"{text.pick('lead')} {task[0].lower()}{task[1:]}"
        return Job(None, [asked], ("reasoned", "plain"))

    return make
