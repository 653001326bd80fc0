#include "mettle/cli/locust_flags.hpp"

#include "mettle/base/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace mettle::cli {
namespace {

using ::testing::HasSubstr;

TEST(LocustFlags, ThoseThatWeLackGetAnAnswer) {
    EXPECT_THAT(answer_to_locust_flag("master"), HasSubstr("--workers"));
    EXPECT_EQ(answer_to_locust_flag("users"), "");
}

TEST(LocustFlags, AreFoundOnTheCommandLineHoweverTheyAreWritten) {
    Flags flags("load", "x");
    for (const char* argument : {"--master", "--expect-workers=3", "-P"}) {
        std::array<char*, 2> arguments = {const_cast<char*>("load"), const_cast<char*>(argument)};
        EXPECT_THROW(answer_locust_flags(flags, 2, arguments.data()), StartupError) << argument;
    }
    std::array<char*, 3> known = {const_cast<char*>("load"), const_cast<char*>("--help"),
                                  const_cast<char*>("master")};
    EXPECT_NO_THROW(answer_locust_flags(flags, 3, known.data()));
}

}  // namespace
}  // namespace mettle::cli
