#include "mettle/cli/flags.hpp"

#include "mettle/base/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mettle::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct FlagsTest : ::testing::Test {
    FlagsTest() {
        flags.app().add_option("-u,--users", users);
        flags.app().add_option("--spawn-rate", rate);
        flags.app().add_option("--header", headers)->allow_extra_args(false);
        flags.app().add_flag("--binary", binary);
    }

    std::vector<std::string> added(const std::vector<std::string>& arguments,
                                   const std::string& yaml = "") {
        const auto lookup = [this](const std::string& name) -> const char* {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
        };
        return added_arguments(flags.app(), arguments, lookup, yaml, "f.yaml");
    }

    std::string error(std::vector<std::string> arguments) {
        std::vector<char*> argv;
        arguments.insert(arguments.begin(), "load");
        for (std::string& argument : arguments) argv.push_back(argument.data());
        try {
            flags.parse(static_cast<int>(argv.size()), argv.data());
        } catch (const StartupError& failure) {
            return failure.what();
        }
        return "none";
    }

    Flags flags{"load", "loads"};
    std::map<std::string, std::string> variables;
    int users = 1;
    double rate = 1;
    std::vector<std::string> headers;
    bool binary = false;
};

TEST_F(FlagsTest, TheFlagWinsOverTheEnvironmentAndThatOverTheFile) {
    variables["METTLE_USERS"] = "2";
    EXPECT_THAT(added({"--users", "1"}, "users: 3"), IsEmpty());
    EXPECT_THAT(added({"-u1"}, "users: 3"), IsEmpty());
    EXPECT_THAT(added({}, "users: 3\nspawn_rate: 5"), ElementsAre("--users=2", "--spawn-rate=5"));
}

TEST_F(FlagsTest, ListsAndSwitchesComeFromAllThreeToo) {
    variables["METTLE_BINARY"] = "true";
    variables["METTLE_HEADER"] = "A: 1\nB: 2";
    EXPECT_THAT(added({}), ElementsAre("--header=A: 1", "--header=B: 2", "--binary"));
    variables.clear();
    EXPECT_THAT(added({}, "header: [\"A: 1\", \"B: 2\"]\nbinary: false"),
                ElementsAre("--header=A: 1", "--header=B: 2"));
}

TEST_F(FlagsTest, AFileWithAMistakeSaysWhere) {
    const auto message = [this](const std::string& yaml) {
        try {
            added({}, yaml);
        } catch (const StartupError& failure) {
            return std::string(failure.what());
        }
        return std::string("none");
    };
    EXPECT_EQ(message("\nuser: 3"), "f.yaml:2: there is no flag 'user'; did you mean 'users'?");
    EXPECT_THAT(message("users: [1, 2]"), HasSubstr("users takes one value"));
    EXPECT_THAT(message("users: [1"), HasSubstr("f.yaml:"));
    EXPECT_THAT(message("- 1"), HasSubstr("name: value"));
    EXPECT_THAT(message("binary: maybe"), HasSubstr("neither true nor false"));
}

TEST_F(FlagsTest, AnUnknownFlagGetsTheMostSimilarOne) {
    EXPECT_EQ(error({"--uesrs", "5"}),
              "there is no flag --uesrs; did you mean --users?; mettle load --help lists them");
    EXPECT_EQ(error({"--qqqqqqqq=1"}),
              "there is no flag --qqqqqqqq; mettle load --help lists them");
    EXPECT_THAT(error({"--spawn", "5"}), HasSubstr("--spawn-rate"));
    EXPECT_EQ(error({"surplus"}), "'surplus' is one argument too many");
    EXPECT_EQ(error({"-u", "5", "--spawn-rate=2.5"}), "none");
    EXPECT_EQ(rate, 2.5);
}

}  // namespace
}  // namespace mettle::cli
