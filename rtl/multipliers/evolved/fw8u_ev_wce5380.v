// fw8u_ev_wce5380: evolved, wce <= 5380, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1458.000, WCE 5261, EP 99.969 %, MRE 2144.056 %,
//   mean 525.188
// Mapped to faultwave45.lib: 116.9 um^2, 0.1040 pJ per multiplication, 0.50 ns
// Expected MAE under a random stuck-at fault of this netlist: 4068.4
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 64 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 5380 --objective area --seed-netlist fw8u_ev_wce2809 --seed 1 --islands 2 --offspring 4 --generations 80000 --out fw8u_ev_wce5380.v
module fw8u_ev_wce5380 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_5_6;
  wire pp_7_4;
  wire and_2_0;
  wire or_3_0;
  wire pp_6_5;
  wire pp_7_5;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire nand_2_0;
  wire and_4_0;
  wire and_2_1;
  wire xor_3_0;
  wire or_5_0;
  wire xor_2_0;
  wire and_2_2;
  wire and_3_0;
  wire xor_3_1;
  wire or_4_0;
  wire xor_6_0;
  wire and_7_0;
  wire xor_7_0;
  wire or_8_0;
  wire xor_2_1;
  wire and_2_3;
  wire and_5_0;
  wire xor_5_0;
  wire or_6_0;
  wire pp_4_7;
  wire and_8_0;
  wire xor_8_0;
  wire xor_9_0;
  wire and_9_0;
  wire and_9_1;
  wire xor_10_0;
  wire or_10_0;
  wire xor_7_1;
  wire and_7_1;
  wire and_11_0;
  wire xor_11_0;
  wire or_12_0;
  wire const0;
  wire const1;

  assign pp_5_6 = A[5] & B[6];
  assign pp_7_4 = A[7] & B[4];
  assign and_2_0 = A[6] & pp_7_4;
  assign or_3_0 = pp_5_6 | and_2_0;
  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign nand_2_0 = ~(pp_7_4 & pp_6_5);
  assign and_4_0 = or_3_0 & pp_6_5;
  assign and_2_1 = pp_7_4 & pp_5_6;
  assign xor_3_0 = nand_2_0 ^ pp_5_6;
  assign or_5_0 = and_4_0 | and_2_1;
  assign xor_2_0 = pp_7_5 ^ pp_6_6;
  assign and_2_2 = pp_7_5 & pp_6_6;
  assign and_3_0 = xor_2_0 & pp_5_7;
  assign xor_3_1 = xor_2_0 ^ pp_5_7;
  assign or_4_0 = and_2_2 | and_3_0;
  assign xor_6_0 = or_5_0 ^ xor_3_1;
  assign and_7_0 = xor_6_0 & or_3_0;
  assign xor_7_0 = xor_6_0 ^ or_3_0;
  assign or_8_0 = or_5_0 | and_7_0;
  assign xor_2_1 = pp_7_6 ^ pp_6_7;
  assign and_2_3 = pp_7_6 & pp_6_7;
  assign and_5_0 = xor_2_1 & or_4_0;
  assign xor_5_0 = xor_2_1 ^ or_4_0;
  assign or_6_0 = and_2_3 | and_5_0;
  assign pp_4_7 = B[7] & A[4];
  assign and_8_0 = xor_7_0 & pp_4_7;
  assign xor_8_0 = xor_7_0 ^ pp_4_7;
  assign xor_9_0 = xor_5_0 ^ or_8_0;
  assign and_9_0 = xor_5_0 & or_8_0;
  assign and_9_1 = xor_5_0 & and_8_0;
  assign xor_10_0 = xor_9_0 ^ and_8_0;
  assign or_10_0 = and_9_0 | and_9_1;
  assign xor_7_1 = pp_7_7 ^ or_6_0;
  assign and_7_1 = pp_7_7 & or_6_0;
  assign and_11_0 = pp_7_7 & or_10_0;
  assign xor_11_0 = xor_7_1 ^ or_10_0;
  assign or_12_0 = and_7_1 | and_11_0;
  assign const0 = 1'b0;
  assign const1 = 1'b1;

  assign O[0] = and_9_0;
  assign O[1] = or_10_0;
  assign O[2] = pp_7_7;
  assign O[3] = const0;
  assign O[4] = const1;
  assign O[5] = xor_9_0;
  assign O[6] = B[7];
  assign O[7] = const1;
  assign O[8] = and_2_1;
  assign O[9] = B[5];
  assign O[10] = A[3];
  assign O[11] = xor_3_0;
  assign O[12] = xor_8_0;
  assign O[13] = xor_10_0;
  assign O[14] = xor_11_0;
  assign O[15] = or_12_0;
endmodule
