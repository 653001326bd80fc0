#include "mettle/scenario/user_program.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/scenario/user_behaviour.hpp"

#include <algorithm>

namespace mettle::scenario {

namespace {

struct Shared {
    std::vector<UserKind> kinds;
    HttpSetup setup;
    std::shared_ptr<load::Names> names;
    std::uint64_t seed;
};

class UserFactory final : public load::BehaviourFactory {
public:
    UserFactory(std::shared_ptr<const Shared> shared, load::Recorder& recorder)
        : shared_(std::move(shared)), crew_(shared_->setup, *shared_->names, recorder) {}
    std::unique_ptr<load::Behaviour> make(const load::UserPlace& place) override {
        return std::make_unique<UserBehaviour>(crew_, shared_->kinds[place.user_class],
                                               place.number, shared_->seed);
    }

private:
    std::shared_ptr<const Shared> shared_;
    Crew crew_;
};

class UserProgram final : public load::Program {
public:
    explicit UserProgram(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {
        for (const UserKind& kind : shared_->kinds)
            classes_.push_back({kind.name, kind.weight, kind.fixed_count});
    }
    const std::vector<load::UserClass>& classes() const override { return classes_; }
    std::unique_ptr<load::BehaviourFactory> make(load::Recorder& recorder,
                                                 int /*worker*/) const override {
        return std::make_unique<UserFactory>(shared_, recorder);
    }

private:
    std::shared_ptr<const Shared> shared_;
    std::vector<load::UserClass> classes_;
};

bool has_any(const std::vector<std::string>& of_task, const std::vector<std::string>& wanted) {
    return std::ranges::any_of(of_task, [&](const std::string& tag) {
        return std::ranges::find(wanted, tag) != wanted.end();
    });
}

}  // namespace

std::shared_ptr<const load::Program> make_user_program(std::vector<UserKind> kinds, HttpSetup setup,
                                                       std::shared_ptr<load::Names> names,
                                                       std::uint64_t seed) {
    std::erase_if(kinds, [](const UserKind& kind) {
        return kind.tasks.empty() || (kind.weight <= 0 && kind.fixed_count <= 0);
    });
    METTLE_ASSERT(!kinds.empty());
    return std::make_shared<UserProgram>(std::make_shared<const Shared>(
        Shared{std::move(kinds), std::move(setup), std::move(names), seed}));
}

void keep_tagged(std::vector<UserKind>& kinds, const std::vector<std::string>& tags,
                 const std::vector<std::string>& excluded) {
    if (tags.empty() && excluded.empty()) return;
    for (UserKind& kind : kinds) {
        std::erase_if(kind.tasks, [&](const UserTask& task) {
            return (!tags.empty() && !has_any(task.tags, tags)) || has_any(task.tags, excluded);
        });
    }
}

}  // namespace mettle::scenario
