#include "mettle/prove/artefacts.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <fstream>

namespace mettle::prove {
namespace {

struct ArtefactsTest : ::testing::Test {
    ~ArtefactsTest() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("mettle_artefacts_" + std::to_string(::getpid()));
};

TEST_F(ArtefactsTest, KeepEachRunAsAFileOfItsOwnInOrder) {
    Artefacts artefacts(folder / "deep" / "er");
    ASSERT_TRUE(artefacts.begin());
    results::RunResult run;
    run.totals.requests = 7;
    ASSERT_TRUE(artefacts.keep(run, "steady"));
    ASSERT_TRUE(artefacts.keep(run, "capacity"));
    std::ifstream file(folder / "deep" / "er" / "002-capacity.json");
    const auto json = nlohmann::json::parse(file);
    EXPECT_EQ(json["schema"], "mettle.run/1");
    EXPECT_TRUE(std::filesystem::exists(folder / "deep" / "er" / "001-steady.json"));
}

TEST_F(ArtefactsTest, SayWhatCannotBeWritten) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "file") << "x";
    Artefacts within_a_file(folder / "file");
    EXPECT_THAT(within_a_file.begin().error().message, ::testing::HasSubstr("is no folder"));
    EXPECT_THAT(within_a_file.keep({}, "steady").error().message,
                ::testing::HasSubstr("001-steady.json cannot be written"));
}

}  // namespace
}  // namespace mettle::prove
