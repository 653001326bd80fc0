#pragma once

// Drives one mettle::User: starts its flows, gives their awaits to the engine as steps, and resumes
// them. An answer resumes the flow while it is there, so that the flow can judge it before it is
// recorded, and needs no copy of it.

#include "mettle/load/behaviour.hpp"
#include "mettle/scenario/crew.hpp"
#include "mettle/scenario/user.hpp"

#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>

namespace mettle::scenario {

class UserBehaviour final : public load::Behaviour, private HttpSession::Asker {
public:
    // Both must live longer.
    UserBehaviour(Crew& crew, const UserKind& kind, std::uint64_t number, std::uint64_t seed);
    ~UserBehaviour() override;

    load::Next next(load::Attempt& attempt, std::int64_t now_ns) override;
    void arrive(std::uint64_t number) override;
    void leave() override;

    // What the user's flows ask for. Throws std::invalid_argument for a host that the load does not
    // have.
    void await_request(const PendingRequest& request, std::coroutine_handle<> waiting);
    void await_sleep(Duration length, std::coroutine_handle<> waiting);
    Duration draw_wait();
    const Answer& answer() const { return answer_; }
    void judge(load::Outcome outcome, std::string_view why);
    void record_group(std::uint32_t task, std::int64_t began_ns, bool failed);

    Crew& crew() { return crew_; }
    HttpSession& session() { return session_; }
    load::Random& random() { return random_; }
    std::uint64_t number() const { return number_; }
    std::int64_t now_ns() const { return now_ns_; }
    std::uint64_t failures() const { return failures_; }

private:
    enum class Phase : std::uint8_t { fresh, starting, running, leaving, left };
    enum class Waits : std::uint8_t { for_nothing, to_send, for_answer, to_sleep, for_waking };

    void on_answer(load::Attempt& attempt, const AnswerSeen& seen) override;
    void take_missing_answer(const load::Attempt& attempt);
    load::WaitTime next_wait();
    void resume();
    void start_flow();
    std::optional<load::Next> end_flow();
    std::size_t choose_task();
    void drop_flow();

    Crew& crew_;
    const UserKind& kind_;
    std::uint64_t number_;
    std::uint64_t seed_;
    load::Random random_;
    HttpSession session_;
    std::unique_ptr<User> user_;
    Flow<> flow_;  // Behind the user: it is destroyed first.
    Phase phase_ = Phase::fresh;
    Waits waits_ = Waits::for_nothing;
    bool dropping_ = false;
    std::coroutine_handle<> waiting_;
    std::uint32_t pending_task_ = 0;
    std::int64_t pending_timeout_ns_ = 0;
    std::optional<EventLimits> pending_events_;  // Begun when it is sent: the last stream may still
                                                 // be there while this is asked for.
    std::int64_t sleep_ns_ = 0;
    std::int64_t now_ns_ = 0;
    std::uint64_t failures_ = 0;  // Of this user's requests so far.
    std::size_t last_task_ = SIZE_MAX;
    Answer answer_;
    load::Attempt* judged_ = nullptr;  // While an answer is there.
};

}  // namespace mettle::scenario
