#include "mettle/protocols/openai/program.hpp"

#include "mettle/load/recorder.hpp"
#include "mettle/load/task_choice.hpp"
#include "mettle/protocols/openai/stream_meter.hpp"

namespace mettle::protocols::openai {

namespace {

using load::Attempt;
using load::Next;
using results::MetricKind;

struct Metrics {
    std::uint32_t ttft = 0, itl = 0, tokens = 0, prompt_tokens = 0, speed = 0;
};

struct Shared {
    load::TaskChoice choice;
    ProgramSetup setup;
    Metrics metrics;
};

double to_ms(std::int64_t ns) {
    return static_cast<double>(ns) / 1e6;
}

// A user, who has one request open at a time.
class Prompter final : public load::Behaviour, private load::AnswerReader {
public:
    Prompter(std::shared_ptr<const Shared> shared, load::Recorder& recorder, std::uint64_t number)
        : shared_(std::move(shared)),
          recorder_(recorder),
          random_(load::Random(shared_->setup.seed ^ (number << 20)).next()),
          payload_(number) {}

    Next next(Attempt& attempt, std::int64_t /*now_ns*/) override {
        if (left_) return Next::gone();
        requested_ = !requested_;
        if (!requested_) return Next::end(shared_->setup.wait);
        attempt.task = shared_->choice.choose(random_);
        attempt.payload =
            static_cast<std::uint32_t>(payload_++ % shared_->choice.payloads_of(attempt.task));
        attempt.reader = this;
        attempt.in_pieces = shared_->setup.stream;
        meter_.begin();
        return Next::request();
    }
    void arrive(std::uint64_t number) override {
        random_ = load::Random(shared_->setup.seed * 0x2545f4914f6cdd1d + number);
        payload_ = number;
    }
    void leave() override { left_ = true; }

private:
    bool on_piece(Attempt& /*attempt*/, std::string_view bytes, std::int64_t now_ns) override {
        meter_.feed(bytes, now_ns);
        return true;
    }

    Then on_answer(Attempt& attempt, const load::AnswerView& answer) override {
        if (attempt.outcome != load::Outcome::ok) return Then::done;
        std::string_view flaw;
        Usage usage;
        if (shared_->setup.stream) {
            flaw = meter_.flaw();
            usage = meter_.usage();
        } else {
            flaw = answer_.read(answer.body, usage);
        }
        if (!flaw.empty()) {
            attempt.outcome = load::Outcome::validation;
            attempt.detail = flaw;
            return Then::done;
        }
        if (recorder_.counts(attempt)) record(attempt, usage);
        return Then::done;
    }

    void record(const Attempt& attempt, const Usage& usage) {
        const Metrics& metrics = shared_->metrics;
        const std::int64_t now_ns = attempt.done_ns;
        const auto add = [&](std::uint32_t metric, MetricKind kind, double value) {
            recorder_.record_metric(metric, kind, value, now_ns);
        };
        const std::int64_t tokens =
            shared_->setup.stream ? meter_.tokens() : usage.completion_tokens;
        if (tokens >= 0) add(metrics.tokens, MetricKind::counter, static_cast<double>(tokens));
        if (usage.prompt_tokens >= 0)
            add(metrics.prompt_tokens, MetricKind::counter,
                static_cast<double>(usage.prompt_tokens));
        if (!shared_->setup.stream) return;
        add(metrics.ttft, MetricKind::trend, to_ms(meter_.first_token_ns() - attempt.due_ns));
        for (const std::int64_t gap : meter_.gaps_ns())
            add(metrics.itl, MetricKind::trend, to_ms(gap));
        const std::int64_t lasted = meter_.last_token_ns() - meter_.first_token_ns();
        if (lasted > 0 && tokens > 1)
            add(metrics.speed, MetricKind::trend,
                static_cast<double>(tokens - 1) * 1e9 / static_cast<double>(lasted));
    }

    std::shared_ptr<const Shared> shared_;
    load::Recorder& recorder_;
    load::Random random_;
    std::uint64_t payload_;
    StreamMeter meter_;
    openai::AnswerReader answer_;
    bool requested_ = false;
    bool left_ = false;
};

class PrompterFactory final : public load::BehaviourFactory {
public:
    PrompterFactory(std::shared_ptr<const Shared> shared, load::Recorder& recorder)
        : shared_(std::move(shared)), recorder_(recorder) {}
    std::unique_ptr<load::Behaviour> make(const load::UserPlace& place) override {
        return std::make_unique<Prompter>(shared_, recorder_, place.number);
    }

private:
    std::shared_ptr<const Shared> shared_;
    load::Recorder& recorder_;
};

class PromptProgram final : public load::Program {
public:
    explicit PromptProgram(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {}
    const std::vector<load::UserClass>& classes() const override { return classes_; }
    std::unique_ptr<load::BehaviourFactory> make(load::Recorder& recorder,
                                                 int /*worker*/) const override {
        return std::make_unique<PrompterFactory>(shared_, recorder);
    }

private:
    std::shared_ptr<const Shared> shared_;
    std::vector<load::UserClass> classes_{load::UserClass{"User", 1, 0}};
};

}  // namespace

std::shared_ptr<const load::Program> make_program(const ProgramSetup& setup, load::Names& names) {
    Metrics metrics;
    metrics.tokens = names.metric("tokens", MetricKind::counter, "tokens");
    metrics.prompt_tokens = names.metric("prompt_tokens", MetricKind::counter, "tokens");
    if (setup.stream) {
        metrics.ttft = names.metric("ttft", MetricKind::trend, "ms");
        metrics.itl = names.metric("itl", MetricKind::trend, "ms");
        metrics.speed = names.metric("request_tokens_per_s", MetricKind::trend, "tokens/s");
    }
    return std::make_shared<PromptProgram>(
        std::make_shared<const Shared>(Shared{load::TaskChoice(setup.tasks), setup, metrics}));
}

}  // namespace mettle::protocols::openai
