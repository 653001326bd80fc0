#include "mettle/load/plan_program.hpp"

#include "mettle/load/task_choice.hpp"

namespace mettle::load {

namespace {

struct Shared {
    TaskChoice choice;
    WaitTime wait;
    std::uint64_t seed;
    std::shared_ptr<const std::vector<PlannedRequest>> recorded;  // May be none.
};

class OneRequest final : public Behaviour {
public:
    OneRequest(std::shared_ptr<const Shared> shared, std::uint64_t number)
        : shared_(std::move(shared)),
          random_(Random(shared_->seed ^ (number << 20)).next()),
          payload_(number) {}

    Next next(Attempt& attempt, std::int64_t /*now_ns*/) override {
        if (left_) return Next::gone();
        requested_ = !requested_;
        if (!requested_) return Next::end(shared_->wait);
        if (shared_->recorded) {
            const PlannedRequest& planned =
                (*shared_->recorded)[payload_ % shared_->recorded->size()];
            attempt.task = planned.task;
            attempt.payload = planned.payload;
            return Next::request();
        }
        attempt.task = shared_->choice.choose(random_);
        attempt.payload =
            static_cast<std::uint32_t>(payload_++ % shared_->choice.payloads_of(attempt.task));
        return Next::request();
    }
    void arrive(std::uint64_t number) override {
        random_ = Random(shared_->seed * 0x2545f4914f6cdd1d + number);
        payload_ = number;
    }
    void leave() override { left_ = true; }

private:
    std::shared_ptr<const Shared> shared_;
    Random random_;
    std::uint64_t payload_;
    bool requested_ = false;
    bool left_ = false;
};

class OneRequestFactory final : public BehaviourFactory {
public:
    explicit OneRequestFactory(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {}
    std::unique_ptr<Behaviour> make(const UserPlace& place) override {
        return std::make_unique<OneRequest>(shared_, place.number);
    }

private:
    std::shared_ptr<const Shared> shared_;
};

class PlanProgram final : public Program {
public:
    explicit PlanProgram(const LoadPlan& plan)
        : shared_(std::make_shared<Shared>(
              Shared{TaskChoice(plan.tasks), plan.closed ? plan.closed->wait : WaitTime{},
                     plan.seed, plan.open ? plan.open->requests : nullptr})) {}
    const std::vector<UserClass>& classes() const override { return classes_; }
    std::unique_ptr<BehaviourFactory> make(Recorder& /*recorder*/, int /*worker*/) const override {
        return std::make_unique<OneRequestFactory>(shared_);
    }

private:
    std::shared_ptr<const Shared> shared_;
    std::vector<UserClass> classes_{UserClass{"User", 1, 0}};
};

}  // namespace

std::unique_ptr<Program> make_plan_program(const LoadPlan& plan) {
    return std::make_unique<PlanProgram>(plan);
}

}  // namespace mettle::load
