#include "mettle/protocols/openapi/program.hpp"

#include "mettle/load/task_choice.hpp"
#include "mettle/protocols/openapi/answer_ids.hpp"

#include <optional>
#include <utility>

namespace mettle::protocols::openapi {

namespace {

using load::Attempt;
using load::Next;
using load::Random;

std::vector<load::PlanTask> plan_of(const ProgramSetup& setup) {
    std::vector<load::PlanTask> tasks;
    for (const LearningTask& task : setup.tasks) tasks.push_back(task.plan);
    return tasks;
}

// Immutable.
struct Shared {
    explicit Shared(ProgramSetup made) : setup(std::move(made)), choice(plan_of(setup)) {
        taught.resize(setup.tasks.size());
        for (std::uint32_t lesson = 0; lesson < setup.lessons.all.size(); ++lesson) {
            fields.push_back(id_fields(setup.lessons.all[lesson].item));
            for (const std::uint32_t task : setup.lessons.all[lesson].teachers)
                taught[task].push_back(lesson);
        }
    }

    ProgramSetup setup;
    load::TaskChoice choice;
    std::vector<std::vector<std::uint32_t>> taught;  // Lessons, by task.
    std::vector<std::vector<std::string>> fields;    // By lesson.
};

// What one worker has learned.
class Knowledge {
public:
    explicit Knowledge(const Shared& shared)
        : shared_(shared), lessons_(shared.setup.lessons.all.size()) {}

    IdRing& ids(std::uint32_t lesson) { return lessons_[lesson].ids; }
    bool waits_for(std::uint32_t lesson) const {
        const Learned& learned = lessons_[lesson];
        return learned.ids.empty() && (learned.any || learned.fruitless < ProgramSetup::kPatience);
    }

    void learn(std::uint32_t lesson, const load::AnswerView& answer, std::string_view collection) {
        // What is full is kept fresh, and no more.
        constexpr std::uint32_t kOneIn = 8;
        Learned& learned = lessons_[lesson];
        if (learned.ids.full() && ++learned.passed_over % kOneIn != 0) return;
        if (reader_.read(answer, collection, shared_.fields[lesson], learned.ids) > 0)
            learned.any = true;
        else
            ++learned.fruitless;
    }

private:
    struct Learned {
        IdRing ids;
        bool any = false;
        int fruitless = 0;
        std::uint32_t passed_over = 0;
    };

    const Shared& shared_;
    std::vector<Learned> lessons_;
    AnswerIds reader_;
};

// A user, who has one request open at a time.
class Learner final : public load::Behaviour, private load::AnswerReader {
public:
    Learner(std::shared_ptr<const Shared> shared, std::shared_ptr<Knowledge> knowledge,
            std::uint64_t number)
        : shared_(std::move(shared)),
          knowledge_(std::move(knowledge)),
          random_(Random(shared_->setup.seed ^ (number << 20)).next()),
          payload_(number) {}

    Next next(Attempt& attempt, std::int64_t /*now_ns*/) override {
        if (left_) return Next::gone();
        requested_ = !requested_;
        if (!requested_) return Next::end(shared_->setup.wait);
        attempt.task = possible(shared_->choice.choose(random_));
        attempt.payload =
            static_cast<std::uint32_t>(payload_++ % shared_->choice.payloads_of(attempt.task));
        attempt.made = nullptr;
        attempt.in_pieces = false;
        const LearningTask& task = shared_->setup.tasks[attempt.task];
        const LearningRequest& request = task.requests[attempt.payload];
        path_ = request.path;
        if (const auto lesson = shared_->setup.lessons.taken[attempt.task]; lesson)
            put_id(attempt, request, *lesson, task.plan.method == "DELETE");
        const bool teaches = !shared_->taught[attempt.task].empty();
        attempt.reader = teaches ? static_cast<load::AnswerReader*>(this) : nullptr;
        return Next::request();
    }
    void arrive(std::uint64_t number) override {
        random_ = Random(shared_->setup.seed * 0x2545f4914f6cdd1d + number);
        payload_ = number;
    }
    void leave() override { left_ = true; }

private:
    std::size_t any_of(std::size_t count) { return random_.next() % count; }

    // The task, or what teaches the id that it needs. Ends: teachers have shorter paths.
    std::uint32_t possible(std::uint32_t task) {
        for (;;) {
            const auto lesson = shared_->setup.lessons.taken[task];
            if (!lesson || !knowledge_->waits_for(*lesson)) return task;
            const auto& teachers = shared_->setup.lessons.all[*lesson].teachers;
            task = teachers[any_of(teachers.size())];
        }
    }

    void put_id(Attempt& attempt, const LearningRequest& request, std::uint32_t lesson,
                bool takes_away) {
        IdRing& ids = knowledge_->ids(lesson);
        if (request.before.empty() || ids.empty()) return;
        const std::size_t which = any_of(ids.size());
        path_ = ids.at(which);
        bytes_.assign(request.before).append(path_).append(request.behind);
        path_.append(request.behind, 0, request.path_behind);
        if (takes_away) ids.remove(which);
        made_ = {};
        made_.bytes = bytes_;
        made_.is_head = request.is_head;
        made_.of_payload = true;
        attempt.made = &made_;
    }

    Then on_answer(Attempt& attempt, const load::AnswerView& answer) override {
        for (const std::uint32_t lesson : shared_->taught[attempt.task])
            knowledge_->learn(lesson, answer, path_);
        return Then::done;
    }

    std::shared_ptr<const Shared> shared_;
    std::shared_ptr<Knowledge> knowledge_;  // Of all users of the worker.
    Random random_;
    std::uint64_t payload_;
    std::string bytes_, path_;
    load::MadeRequest made_;
    bool requested_ = false;
    bool left_ = false;
};

class LearnerFactory final : public load::BehaviourFactory {
public:
    explicit LearnerFactory(std::shared_ptr<const Shared> shared)
        : shared_(std::move(shared)), knowledge_(std::make_shared<Knowledge>(*shared_)) {}
    std::unique_ptr<load::Behaviour> make(const load::UserPlace& place) override {
        return std::make_unique<Learner>(shared_, knowledge_, place.number);
    }

private:
    std::shared_ptr<const Shared> shared_;
    std::shared_ptr<Knowledge> knowledge_;
};

class LearningProgram final : public load::Program {
public:
    explicit LearningProgram(ProgramSetup setup)
        : shared_(std::make_shared<const Shared>(std::move(setup))) {}
    const std::vector<load::UserClass>& classes() const override { return classes_; }
    std::unique_ptr<load::BehaviourFactory> make(load::Recorder& /*recorder*/,
                                                 int /*worker*/) const override {
        return std::make_unique<LearnerFactory>(shared_);
    }

private:
    std::shared_ptr<const Shared> shared_;
    std::vector<load::UserClass> classes_{load::UserClass{"User", 1, 0}};
};

}  // namespace

std::shared_ptr<const load::Program> make_program(ProgramSetup setup) {
    return std::make_shared<LearningProgram>(std::move(setup));
}

}  // namespace mettle::protocols::openapi
