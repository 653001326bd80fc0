#include "mettle/inference/repository.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/inference/fake_model_test.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace mettle {
namespace {

std::shared_ptr<ServedModel> served(const std::string& version) {
    return std::make_shared<ServedModel>("m", version, std::make_unique<FakeModel>(),
                                         ServedModel::Options{});
}

TEST(ModelRepositoryTest, FindsTheNewestUnlessAVersionOrLabelIsAskedFor) {
    ModelRepository repository;
    repository.set("m", {{served("2"), served("10")}, {{"stable", "2"}, {"gone", "7"}}}, {});
    EXPECT_EQ(repository.find("m")->version(), "10");
    EXPECT_EQ(repository.find("m", "2")->version(), "2");
    EXPECT_EQ(repository.find_labelled("m", "stable")->version(), "2");
    EXPECT_EQ(repository.find_labelled("m", "gone"), nullptr);
    EXPECT_EQ(repository.find("m", "3"), nullptr);
    EXPECT_EQ(repository.find("n"), nullptr);
}

TEST(ModelRepositoryTest, SaysWhyAModelIsMissing) {
    ModelRepository repository;
    repository.set("m", {},
                   {{"1", ModelState::loading, "", false},
                    {"2", ModelState::unavailable, "the file is cut off", false}});
    EXPECT_EQ(repository.missing("n").kind, Error::Kind::not_found);
    EXPECT_EQ(repository.missing("m", "1").kind, Error::Kind::unavailable);
    EXPECT_EQ(repository.missing("m", "2").kind, Error::Kind::not_found);
    EXPECT_THAT(repository.missing("m").message, ::testing::HasSubstr("the file is cut off"));
}

TEST(ModelRepositoryTest, OneThatMadeRoomIsAskedFor) {
    ModelRepository repository;
    std::string wanted;
    repository.on_wanted([&](const std::string& name) { wanted = name; });
    repository.set("m", {}, {{"1", ModelState::unavailable, "made room", true}});
    EXPECT_EQ(repository.missing("m").kind, Error::Kind::unavailable);
    EXPECT_EQ(wanted, "m");
}

TEST(ModelRepositoryTest, TwoOfANameAndVersionAreRefused) {
    ModelRepository repository;
    repository.add(served("1"));
    repository.add(served("2"));
    EXPECT_EQ(repository.versions_of("m"), (std::vector<std::string>{"1", "2"}));
    EXPECT_THROW(repository.add(served("2")), StartupError);
}

TEST(ModelRepositoryTest, AnOldVersionIsHeldByThoseWhoFoundItAndNobodyElse) {
    ModelRepository repository;
    auto old = served("1");
    repository.set("m", {{old}, {}}, {});
    auto found = repository.find("m");
    repository.set("m", {{served("1")}, {}}, {});
    EXPECT_EQ(old.use_count(), 2);  // Ours, and all that found holds.
    EXPECT_NE(repository.find("m").get(), old.get());
    found.reset();
    EXPECT_EQ(old.use_count(), 1);
}

// Story: each find() returns a model that lives as long as it is held, whoever swaps meanwhile.
TEST(ModelRepositoryTest, ManyThreadsFindWhileOneSwaps) {
    ModelRepository repository;
    std::vector<std::shared_ptr<ServedModel>> kept{served("1")};
    repository.set("m", {{kept.back()}, {}}, {});
    std::atomic<bool> stop = false;
    std::atomic<int> misses = 0;
    {
        std::vector<std::jthread> readers;
        for (int reader = 0; reader < 3; ++reader)
            readers.emplace_back([&] {
                while (!stop) {
                    const auto model = repository.find("m");
                    if (!model || model->version() != "1") ++misses;
                }
            });
        for (int swap = 0; swap < 20; ++swap) {
            kept.push_back(served("1"));
            repository.set("m", {{kept.back()}, {}}, {});
        }
        stop = true;
    }
    EXPECT_EQ(misses, 0);
    for (std::size_t index = 0; index + 1 < kept.size(); ++index)
        EXPECT_EQ(kept[index].use_count(), 1) << index;
}

}  // namespace
}  // namespace mettle
