#pragma once

#include "mettle/load/behaviour.hpp"
#include "mettle/scenario/script.hpp"
#include "mettle/scenario/workbench.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mettle::scenario {

// A user that does what a script says: an instruction pointer, its variables, its side of HTTP.
class ScriptUser final : public load::Behaviour, private HttpSession::Asker, private Surroundings {
public:
    // Both must live longer.
    ScriptUser(Workbench& bench, const Script& script, const load::UserPlace& place,
               std::uint64_t seed);

    load::Next next(load::Attempt& attempt, std::int64_t now_ns) override;
    void arrive(std::uint64_t number) override;
    void leave() override;

    // What its variables are now: of setup, for all others.
    std::vector<KeptValue> values() const;

private:
    enum class Phase : std::uint8_t { fresh, starting, choosing, at_task, stopping, gone };
    struct OpenSet {
        const ScriptSet* set = nullptr;
        std::uint32_t last = kNone;  // The task that it ran last.
    };
    struct OpenGroup {
        std::uint32_t task;
        std::int64_t began_ns;
        std::uint64_t failures_before;
    };

    // What a user asks of its surroundings.
    Value variable(std::uint32_t number) override;
    Value column(std::uint32_t number) override;
    Value answer(AnswerPart part) override;
    Value json(const std::string& pointer) override;
    Value header(std::string_view name) override;
    Value cookie(std::string_view name) override;
    double own(UserPart part) override;
    std::uint64_t counter() override { return ++*script_.count; }
    load::Random& random() override { return random_; }
    std::string& scratch() override { return bench_.scratch(); }

    void on_answer(load::Attempt& attempt, const AnswerSeen& seen) override;
    void judge(load::Attempt& attempt);
    void judge_status(load::Attempt& attempt, const Check& check);
    void judge_formula(load::Attempt& attempt, const Check& check);
    void extract(load::Attempt& attempt);
    void keep_answer(const AnswerSeen& seen);
    void note_missing_answer();

    void begin();
    void choose();
    std::optional<load::Next> run(const Instruction& step, load::Attempt& attempt);
    bool send(const ScriptRequest& request, load::Attempt& attempt);
    bool render(const ScriptRequest& request);
    Result<void> prepare(const RequestStep& step, RequestParts& parts);
    const std::string* render_parts(const RequestStep& step, RequestParts& parts);
    std::optional<load::Next> end_round(const Instruction& step);
    void end_group();
    void set_values(const SetStep& step);
    bool set_headers(const std::vector<HeaderText>& headers);
    void measure(const ScriptMetric& metric);
    void log(const Template& text);
    std::optional<load::Next> end_steps();
    std::optional<load::Next> end_by_error(std::string_view message);
    std::optional<load::Next> stop(bool leaving);
    bool draw_row(std::uint32_t data);
    std::int64_t draw_wait(const load::WaitTime& wait);
    std::string_view task_name() const;

    Workbench& bench_;
    const Script& script_;
    const ScriptClass& class_;
    std::uint64_t number_;
    std::uint64_t seed_;
    load::Random random_;
    HttpSession session_;
    std::vector<KeptValue> own_;
    std::vector<std::uint32_t> rows_;    // Of each data: the row of this iteration, or kNone.
    std::vector<std::uint32_t> rounds_;  // Of the loops that it is in.
    std::vector<OpenSet> sets_;          // The innermost last.
    std::vector<OpenGroup> groups_;
    std::uint32_t at_ = 0;  // The next instruction.
    Phase phase_ = Phase::fresh;
    bool leaving_ = false;  // For good, rather than out of a nested set.
    bool out_of_rows_ = false;
    bool answered_ = false;
    const ScriptRequest* request_ = nullptr;  // In flight.
    const AnswerSeen* seen_ = nullptr;        // While it is there.
    int status_ = 0;                          // Of the last answer; 0: none came.
    double latency_ms_ = 0;
    std::uint64_t events_ = 0;  // Of the last answer.
    std::string head_, body_;   // Of the last answer, where a step may ask for it.
    std::int64_t now_ns_ = 0;
    std::uint64_t failures_ = 0;
    std::uint64_t iteration_ = 0;
    std::optional<std::uint64_t> arrival_;
};

}  // namespace mettle::scenario
