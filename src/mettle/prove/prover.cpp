#include "mettle/prove/prover.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/host/host_files.hpp"
#include "mettle/host/limits.hpp"
#include "mettle/host/sockets.hpp"
#include "mettle/host/text.hpp"
#include "mettle/prove/artefacts.hpp"
#include "mettle/prove/server_process.hpp"
#include "mettle/prove/stages.hpp"
#include "mettle/prove/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using results::StageResult;
using results::StageVerdict;
using std::chrono::steady_clock;

// A target of somebody else's that is not on this machine gets no more than this unasked.
constexpr double kMaxRateElsewhere = 1000;

[[noreturn]] void refuse(const Error& error) {
    if (error.kind == Error::Kind::cancelled)
        throw StartupError("interrupted before anything was measured", ExitCode::no_verdict);
    const bool unreachable =
        error.kind == Error::Kind::connection_lost || error.kind == Error::Kind::timed_out;
    throw StartupError(error.message, unreachable ? ExitCode::unreachable : ExitCode::bad_input);
}

std::string placement_of(const host::CpuSplit& cpus) {
    if (cpus.shared) {
        return fmt::format(
            "The server and the load share CPU {}, the only one: each disturbs the "
            "other, and the capacity is that of both.",
            host::format_cpus(cpus.target));
    }
    return fmt::format("The server runs on CPU {}, the load comes from CPU {}.",
                       host::format_cpus(cpus.target), host::format_cpus(cpus.generator));
}

// The engine, watching the target where that is a process of ours.
Bench::Runner real_runner(const Bench& bench) {
    return [&bench](const load::LoadPlan& load, const Sending& what, const TransportNeeds& needs) {
        const auto transports = what.transports(needs);
        if (!transports) throw StartupError(transports.error().message, ExitCode::unreachable);
        auto run = load::run(load, **transports, bench.stop, {}, bench.target_usage);
        if (bench.monitor) bench.monitor->fill(run);
        if (bench.keep) bench.keep(run);
        return run;
    };
}

// What the target had here, as far as it can be seen.
Environment here(const Bench& bench) {
    Environment environment;
    if (bench.target_cores > 0) environment.cores = bench.target_cores;
    if (!bench.sending->url().is_loopback()) return environment;
    environment.cpu = results::describe_host().cpu;
    std::string memory;
    if (host::read_file("/proc/meminfo", memory))
        environment.memory_bytes = host::parse_meminfo(memory).total_bytes;
    if (bench.target_pid) environment.open_files = host::descriptor_limit_of(*bench.target_pid);
    environment.loopback = true;
    return environment;
}

// The parts of one readiness run, in order of need.
class Prover {
public:
    Prover(const ProveOptions& options, const Plan& plan, Observer& observer, std::stop_token stop)
        : options_(options), plan_(plan), bench_(plan, observer, std::move(stop)) {}

    results::ProveResult run() {
        const auto start = steady_clock::now();
        result_.started = results::utc_now();
        result_.host = results::describe_host();
        result_.seed = options_.seed;
        result_.profile = plan_.profile.name;
        result_.expect_rps = options_.expect_rps;
        set_up();
        bench_.deadline = start + plan_.budget;
        later_ = plan_.expected();
        for (const PlannedStage& planned : plan_.stages) run_stage(planned);
        result_.interrupted = bench_.interrupted();
        result_.target_lost = bench_.target_lost;
        if (bench_.target_lost && server_) {
            if (const auto epitaph = server_->epitaph()) result_.reasons.push_back(*epitaph);
        }
        if (bench_.given_slo || plan_.has(StageName::steady) || plan_.has(StageName::capacity)) {
            if (!bench_.interrupted() && !bench_.target_lost) result_.slo = bench_.slo().texts();
        }
        result_.assumed = bench_.assumed;
        if (options_.production) result_.caveats = differences(*options_.production, here(bench_));
        conclude(result_);
        result_.duration_s = std::chrono::duration<double>(steady_clock::now() - start).count();
        return std::move(result_);
    }

private:
    void set_up() {
        if (!options_.slo.empty()) {
            auto slo = Slo::parse(options_.slo);
            if (!slo) refuse(slo.error());
            bench_.given_slo = std::move(*slo);
        }
        bench_.seed = options_.seed;
        bench_.expect_rps = options_.expect_rps;
        bench_.runner = real_runner(bench_);
        if (!options_.artefacts.empty()) keep_artefacts();
        bench_.cpus = host::split_cpus(host::allowed_cpus());
        const auto target = options_.starts_target() ? start_target() : reach_url();
        result_.target = {target.url.to_string(), std::string(protocols::name_of(target.protocol)),
                          target.model.name};
        limit_rate(target.url);
        watch(target.url);
        auto sending = Sending::make(target, options_.send, model_path(), options_.seed);
        if (!sending) refuse(sending.error());
        if (const auto learned = sending->learn(); !learned) refuse(learned.error());
        bench_.sending = std::move(*sending);
        const std::string& model = result_.target.model;
        bench_.observer.note(fmt::format(
            "{} {} {} answers: {}", result_.target.protocol, result_.target.url,
            model.empty() ? bench_.sending->task().name : model, bench_.sending->first_answer()));
    }

    void keep_artefacts() {
        artefacts_.emplace(options_.artefacts);
        if (const auto begun = artefacts_->begin(); !begun) refuse(begun.error());
        bench_.keep = [this](const results::RunResult& run) {
            if (!artefacts_) return;
            const auto kept = artefacts_->keep(run, stage_);
            if (kept) return;
            bench_.observer.note(kept.error().message + "; no more raw results are kept");
            artefacts_.reset();
        };
    }

    // From here to the end, so that every run can be given what was seen during it.
    void watch(const http::Url& url) {
        if (!options_.watch) return;
        const monitor::TargetChoice& choice = options_.watch->target;
        monitor::MonitorPlan plan;
        if (server_) {
            plan.target = monitor::watch_process(server_->pid());
        } else {
            auto target = monitor::find_target(choice, url);
            if (!target) refuse(target.error());
            plan.target = std::move(*target);
        }
        if (plan.target.seen()) {
            bench_.target_usage = [target = plan.target] { return target.usage(); };
            if (bench_.target_cores <= 0) bench_.target_cores = plan.target.cores;
            if (!server_) bench_.observer.note("The target is " + plan.target.words + ".");
        }
        plan.port = url.port;
        plan.port_is_here = url.is_loopback();
        plan.scrape = options_.watch->scrape;
        bench_.monitor = std::make_unique<monitor::Monitor>(plan);
    }

    std::optional<std::filesystem::path> model_path() const {
        if (is_url(options_.target) || !options_.command.empty()) return {};
        return options_.target;
    }

    protocols::Target start_target() {
        result_.placement = placement_of(bench_.cpus);
        bench_.observer.note(result_.placement);
        const protocols::TargetUrl url = options_.command.empty() ? model_url() : command_url();
        auto server = ServerProcess::start(*bench_.launch, bench_.cpus.target, bench_.stop);
        if (!server) refuse(server.error());
        server_.emplace(std::move(*server));
        bench_.target_pid = server_->pid();
        bench_.target_cores = static_cast<double>(bench_.cpus.target.size());
        return ask(options_.command.empty() ? at(server_->url(), url) : url);
    }

    protocols::TargetUrl model_url() {
        bench_.launch.emplace();
        bench_.launch->executable = options_.executable;
        bench_.launch->model = options_.target;
        protocols::TargetUrl url;
        url.forced = protocols::Protocol::v2;
        return url;
    }

    // Where the command will listen: as its URL says, else on a free port.
    protocols::TargetUrl command_url() {
        bench_.launch.emplace();
        Launch& launch = *bench_.launch;
        launch.command = options_.command;
        launch.port = host::free_port();
        const std::string text =
            options_.target.empty() ? "http://127.0.0.1:{port}" : options_.target;
        auto url = protocols::parse_target_url(fill_in(text, launch.port, launch.workers));
        if (!url) refuse(url.error());
        if (!url->url.is_loopback()) {
            throw StartupError(fmt::format(
                "{} is not on this machine, where --cmd starts its server", options_.target));
        }
        launch.port = url->url.port;
        if (!options_.send.only.empty() && !url->forced) url->forced = protocols::Protocol::openapi;
        return *url;
    }

    static protocols::TargetUrl at(const http::Url& where, protocols::TargetUrl url) {
        url.url = where;
        return url;
    }

    protocols::Target reach_url() {
        auto url = protocols::parse_target_url(options_.target);
        if (!url) refuse(url.error());
        if (!options_.send.only.empty() && !url->forced) url->forced = protocols::Protocol::openapi;
        // What runs on this machine runs on some of its CPUs; elsewhere all of ours are free.
        if (!url->url.is_loopback()) bench_.cpus.generator = host::allowed_cpus();
        result_.placement =
            fmt::format("The load comes from CPU {}.", host::format_cpus(bench_.cpus.generator));
        return ask(*url);
    }

    protocols::Target ask(const protocols::TargetUrl& url) const {
        protocols::TargetOptions ask_options;
        ask_options.model = options_.send.model;
        ask_options.headers = options_.send.headers;
        ask_options.verify_tls = !options_.send.insecure;
        ask_options.api = options_.send.api;
        if (server_) ask_options.patience = 60s;
        auto target = protocols::ask(url, ask_options);
        if (!target) refuse(target.error());
        return std::move(*target);
    }

    void limit_rate(const http::Url& url) {
        if (options_.max_rate) {
            bench_.max_rate = *options_.max_rate;
        } else if (!url.is_loopback()) {
            bench_.max_rate = kMaxRateElsewhere;
            bench_.assumed.push_back(
                fmt::format("at most {} rps, since the target is not on "
                            "loopback (--max-rate)",
                            format_rate(kMaxRateElsewhere)));
        }
        if (bench_.expect_rps && *bench_.expect_rps > bench_.max_rate) {
            throw StartupError(fmt::format("--expect {} is above the {} rps that --max-rate allows",
                                           format_rate(*bench_.expect_rps),
                                           format_rate(bench_.max_rate)));
        }
    }

    void run_stage(const PlannedStage& planned) {
        if (planned.skipped.empty()) later_ -= planned.expected;
        bench_.stage_end = bench_.deadline - later_;
        std::string why_not = planned.skipped;
        if (bench_.interrupted()) why_not = "interrupted";
        if (bench_.target_lost) why_not = "the target had gone away";
        if (!why_not.empty()) {
            result_.stages.push_back(skipped(planned.stage, why_not));
            return;
        }
        bench_.observer.stage_started(planned.stage, planned.expected);
        stage_ = name_of(planned.stage);
        const auto start = steady_clock::now();
        const auto wrong_before = bench_.wrong_answers;
        StageResult stage = run_once(planned.stage);
        for (int turn = 0; repeats(planned, stage, turn); ++turn) {
            bench_.observer.note("INVALID, once more: " +
                                 (stage.reasons.empty() ? "" : stage.reasons[0]));
            stage = run_once(planned.stage);
        }
        hold_against(stage, bench_.wrong_answers - wrong_before);
        stage.duration_s = std::chrono::duration<double>(steady_clock::now() - start).count();
        bench_.observer.stage_ended(stage);
        result_.stages.push_back(std::move(stage));
    }

    // One wrong answer is too many, whatever the share of errors that the SLO allows.
    void hold_against(StageResult& stage, std::uint64_t wrong) const {
        if (wrong == 0 || stage.verdict == StageVerdict::fail) return;
        stage.verdict = StageVerdict::fail;
        stage.reasons.insert(stage.reasons.begin(), fmt::format("{} wrong answers", wrong));
        for (const results::Failure& example : bench_.wrong_examples)
            stage.reasons.push_back(fmt::format("{}: {}", example.kind, example.detail));
    }

    bool repeats(const PlannedStage& planned, const StageResult& stage, int turn) {
        return stage.verdict == StageVerdict::invalid && !kind_of(planned.stage).repeats_itself &&
               turn < plan_.profile.most_repeats && !bench_.interrupted() && !bench_.target_lost &&
               bench_.stage_time_left() > planned.expected;
    }

    StageResult run_once(StageName stage) {
        StageContext context{bench_, search_, result_.capacity, options_};
        return kind_of(stage).run(context);
    }

    const ProveOptions& options_;
    const Plan& plan_;
    std::optional<ServerProcess> server_;
    Bench bench_;
    RateSearch search_{bench_};
    Duration later_{};  // What the stages behind this one are expected to take.
    std::optional<Artefacts> artefacts_;
    std::string_view stage_;  // That runs now.
    results::ProveResult result_;
};

}  // namespace

results::ProveResult prove(const ProveOptions& options, const Plan& plan, Observer& observer,
                           std::stop_token stop) {
    return Prover(options, plan, observer, std::move(stop)).run();
}

}  // namespace mettle::prove
