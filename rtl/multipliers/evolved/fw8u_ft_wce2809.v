// fw8u_ft_wce2809: evolved, wce <= 2809, smallest expected error under a random stuck-at fault, area of its gates <= 248.2597 um^2
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 787.295, WCE 2800, EP 99.966 %, MRE 1192.232 %,
//   mean 113.125
// Mapped to faultwave45.lib: 191.5 um^2, 0.1841 pJ per multiplication, 0.80 ns
// Expected MAE under a random stuck-at fault of this netlist: 2580.3
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 151 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 2809 --objective fault --area-limit 248.2597 --seed-netlist fw8u_ev_wce2809 --seed 1 --islands 2 --offspring 4 --generations 4650 --out fw8u_ft_wce2809.v
module fw8u_ft_wce2809 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_5_6;
  wire pp_7_3;
  wire pp_7_4;
  wire pp_6_4;
  wire and_2_0;
  wire pp_6_5;
  wire pp_7_5;
  wire pp_3_5;
  wire not_2_0;
  wire and_2_1;
  wire not_3_0;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_3_7;
  wire pp_4_7;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire xor_2_0;
  wire and_3_0;
  wire and_3_1;
  wire or_4_0;
  wire xnor_4_0;
  wire and_2_2;
  wire xor_5_0;
  wire or_3_0;
  wire xor_2_1;
  wire and_2_3;
  wire and_3_2;
  wire xor_3_0;
  wire or_4_1;
  wire and_4_0;
  wire and_6_0;
  wire or_7_0;
  wire xor_4_0;
  wire and_4_1;
  wire and_5_0;
  wire xor_5_1;
  wire or_6_0;
  wire xor_2_2;
  wire and_2_4;
  wire and_3_3;
  wire xor_3_1;
  wire or_4_2;
  wire and_4_2;
  wire xor_6_0;
  wire and_6_1;
  wire and_8_0;
  wire xor_8_0;
  wire or_9_0;
  wire xor_5_2;
  wire and_5_1;
  wire and_7_0;
  wire xor_7_0;
  wire or_8_0;
  wire xor_2_3;
  wire and_2_5;
  wire and_5_2;
  wire xor_5_3;
  wire or_6_1;
  wire xor_5_4;
  wire not_6_0;
  wire and_6_2;
  wire xor_9_0;
  wire and_9_0;
  wire and_10_0;
  wire xor_10_0;
  wire or_11_0;
  wire xor_10_1;
  wire and_10_1;
  wire and_12_0;
  wire xor_12_0;
  wire or_13_0;
  wire xor_9_1;
  wire and_9_1;
  wire and_14_0;
  wire xor_14_0;
  wire or_15_0;
  wire xor_7_1;
  wire and_7_1;
  wire and_16_0;
  wire xor_16_0;
  wire or_17_0;
  wire const1;
  wire const0;

  assign pp_5_6 = A[5] & B[6];
  assign pp_7_3 = A[7] & B[3];
  assign pp_7_4 = A[7] & B[4];
  assign pp_6_4 = A[6] & B[4];
  assign and_2_0 = pp_7_3 & pp_6_4;
  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_3_5 = A[3] & B[5];
  assign not_2_0 = ~pp_3_5;
  assign and_2_1 = A[4] & pp_5_6;
  assign not_3_0 = ~and_2_1;
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_3_7 = A[3] & B[7];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign xor_2_0 = pp_7_3 ^ pp_6_4;
  assign and_3_0 = xor_2_0 & B[5];
  assign and_3_1 = xor_2_0 & not_2_0;
  assign or_4_0 = and_2_0 | and_3_0;
  assign xnor_4_0 = not_3_0 ~^ pp_5_7;
  assign and_2_2 = pp_3_7 & B[6];
  assign xor_5_0 = xnor_4_0 ^ pp_5_6;
  assign or_3_0 = and_2_1 | and_2_2;
  assign xor_2_1 = pp_7_4 ^ pp_6_5;
  assign and_2_3 = pp_7_4 & pp_6_5;
  assign and_3_2 = xor_2_1 & pp_5_6;
  assign xor_3_0 = xor_2_1 ^ pp_5_6;
  assign or_4_1 = and_2_3 | and_3_2;
  assign and_4_0 = and_3_1 & pp_3_7;
  assign and_6_0 = xor_5_0 & pp_3_5;
  assign or_7_0 = and_4_0 | and_6_0;
  assign xor_4_0 = pp_4_7 ^ xor_3_0;
  assign and_4_1 = pp_4_7 & xor_3_0;
  assign and_5_0 = xor_4_0 & or_4_0;
  assign xor_5_1 = xor_4_0 ^ or_4_0;
  assign or_6_0 = and_4_1 | and_5_0;
  assign xor_2_2 = pp_7_5 ^ pp_6_6;
  assign and_2_4 = pp_7_5 & pp_6_6;
  assign and_3_3 = xor_2_2 & pp_5_7;
  assign xor_3_1 = xor_2_2 ^ pp_5_7;
  assign or_4_2 = and_2_4 | and_3_3;
  assign and_4_2 = A[4] & not_3_0;
  assign xor_6_0 = or_3_0 ^ xor_5_1;
  assign and_6_1 = or_3_0 & xor_5_1;
  assign and_8_0 = xor_6_0 & or_7_0;
  assign xor_8_0 = xor_6_0 ^ or_7_0;
  assign or_9_0 = and_6_1 | and_8_0;
  assign xor_5_2 = or_4_1 ^ xor_3_1;
  assign and_5_1 = or_4_1 & xor_3_1;
  assign and_7_0 = xor_5_2 & or_6_0;
  assign xor_7_0 = xor_5_2 ^ or_6_0;
  assign or_8_0 = and_5_1 | and_7_0;
  assign xor_2_3 = pp_7_6 ^ pp_6_7;
  assign and_2_5 = pp_7_6 & pp_6_7;
  assign and_5_2 = xor_2_3 & or_4_2;
  assign xor_5_3 = xor_2_3 ^ or_4_2;
  assign or_6_1 = and_2_5 | and_5_2;
  assign xor_5_4 = and_4_2 ^ and_2_0;
  assign not_6_0 = ~xor_5_4;
  assign and_6_2 = and_2_0 & xor_5_4;
  assign xor_9_0 = xor_8_0 ^ and_4_2;
  assign and_9_0 = xor_8_0 & and_4_2;
  assign and_10_0 = xor_9_0 & and_6_2;
  assign xor_10_0 = xor_9_0 ^ and_6_2;
  assign or_11_0 = and_9_0 | and_10_0;
  assign xor_10_1 = xor_7_0 ^ or_9_0;
  assign and_10_1 = xor_7_0 & or_9_0;
  assign and_12_0 = xor_10_1 & or_11_0;
  assign xor_12_0 = xor_10_1 ^ or_11_0;
  assign or_13_0 = and_10_1 | and_12_0;
  assign xor_9_1 = xor_5_3 ^ or_8_0;
  assign and_9_1 = xor_5_3 & or_8_0;
  assign and_14_0 = xor_5_3 & or_13_0;
  assign xor_14_0 = xor_9_1 ^ or_13_0;
  assign or_15_0 = and_9_1 | and_14_0;
  assign xor_7_1 = pp_7_7 ^ or_6_1;
  assign and_7_1 = pp_7_7 & or_6_1;
  assign and_16_0 = pp_7_7 & or_15_0;
  assign xor_16_0 = xor_7_1 ^ or_15_0;
  assign or_17_0 = and_7_1 | and_16_0;
  assign const1 = 1'b1;
  assign const0 = 1'b0;

  assign O[0] = and_2_2;
  assign O[1] = const1;
  assign O[2] = const0;
  assign O[3] = and_3_1;
  assign O[4] = xnor_4_0;
  assign O[5] = and_7_1;
  assign O[6] = and_7_1;
  assign O[7] = A[0];
  assign O[8] = pp_5_6;
  assign O[9] = B[2];
  assign O[10] = not_6_0;
  assign O[11] = xor_10_0;
  assign O[12] = xor_12_0;
  assign O[13] = xor_14_0;
  assign O[14] = xor_16_0;
  assign O[15] = or_17_0;
endmodule
