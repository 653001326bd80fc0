#include "mettle/inference/provider_choice.hpp"

#include <gmock/gmock.h>

namespace mettle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ProviderChoice, IsAListInOrderWithOptionsInParentheses) {
    const auto list = parse_providers("tensorrt, cuda(device_id=1,use_tf32=0),cpu").value();
    EXPECT_THAT(list, ElementsAre(ProviderChoice{"tensorrt"},
                                  ProviderChoice{"cuda", {{"device_id", "1"}, {"use_tf32", "0"}}},
                                  ProviderChoice{"cpu"}));
}

TEST(ProviderChoice, SaysWhatIsWrongAndWhatWouldBeRight) {
    const auto message = [](std::string_view text) {
        const auto list = parse_providers(text);
        return list ? "taken" : list.error().message;
    };
    EXPECT_THAT(message(""), HasSubstr("no name"));
    EXPECT_THAT(message("cuda,,cpu"), HasSubstr("no name"));
    EXPECT_THAT(message("(device_id=0)"), HasSubstr("no name"));
    EXPECT_THAT(message("cuda(device_id=0"), HasSubstr("not closed"));
    EXPECT_THAT(message("cuda(0)"), HasSubstr("'0' is not of the form option=value"));
    EXPECT_THAT(message("cuda(=0)"), HasSubstr("'0' is not of the form option=value"));
    EXPECT_THAT(message("cuda(device_id=)"), HasSubstr("an argument is empty"));
    EXPECT_THAT(message("cuda(a=1,a=2)"), HasSubstr("'a' is given twice"));
    EXPECT_THAT(message("cpu,cpu"), HasSubstr("'cpu' is in the list twice"));
    EXPECT_THAT(message("cuda("), HasSubstr("looks like cuda(device_id=0),cpu"));
}

}  // namespace
}  // namespace mettle
